/** What the stack and the code must agree on about the function that delivers audit records. */
export const delivery = {
  /** A batch waits so long for more, */
  windowSeconds: 60,
  /** or until it has so many records; Lambda hands over at most 6 MB. */
  recordsPerBatch: 5000,
  /** Lambda ends the function after that. */
  timeoutSeconds: 60,
  /** Whoever claimed records so long ago and has not written their file never will. */
  deadAfterSeconds: 120,
} as const;

/**
 * So long after an hour its digest is made. Log files are named by the minute in which the function that writes them
 * began, so none of that hour can come any more.
 */
export const digestAfterSeconds = 300;
