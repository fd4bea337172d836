/**
 * What the stack on AWS uses, for estimates. What is counted of the stack and of the pipeline is compared with them in
 * test/lib/cost-suite.ts; what only a run on AWS could tell is assumed, and says so.
 */
export const stackFacts = {
  /** Memory of each function. */
  gigabytes: 1,
  /** Assumed, of a call: a strongly consistent read and a message to SQS take most of it. A cold start takes some 20 times that. */
  secondsPerCall: 0.025,
  /** Of a call on a key, by a caller whom policies allow, when no record of the key is at hand: the key and its material. */
  readsPerCall: 2,
  /** Assumed, of the log lines that Lambda itself writes about a run. */
  logBytesPerRun: 400,
  /** One to send it; of ten each, one to receive and one to delete them. */
  queueRequestsPerRecord: 1.2,
  /** Assumed, of a record on its way into a log file. */
  secondsPerDelivery: 0.001,
  /** A claim holds the ids of many records, of some 40 bytes each, and is written by the kilobyte. */
  claimWritesPerRecord: 0.04,
  /** Compressed. */
  bytesPerRecord: 150,
  /** At most so many log files are made an hour, each of an account and Region. */
  filesPerHour: 60,
  secrets: 2,
  alarms: 8,
  /** Runs of functions by time, an hour. */
  scheduledRunsPerHour: 4 * 4 + 12 + 1 + 3 / 24,
  /** Assumed: most of them begin with a cold start. */
  secondsPerScheduledRun: 1,
  /** Lambda asks the queue without end: five at a time, each for 20 seconds. */
  pollsPerHour: 5 * 180,
  /** Of a key with its material, alias and indexes. */
  bytesPerKey: 4096,
  /** That a key was used is written once an hour. */
  writesPerUsedKeyHour: 1,
} as const;
