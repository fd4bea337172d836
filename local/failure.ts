/** What a person at a terminal needs to know of a failure. */
export interface Trouble {
  readonly what: string;
  readonly why: string;
  /** What to do next. */
  readonly hint: string;
  /** The exit code, where it is not 1. */
  readonly exit?: number;
}

/** Something cannot be done that a person asked for. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly trouble: Trouble;

  constructor(trouble: Trouble, options?: ErrorOptions) {
    super(threeParts(trouble), options);
    this.trouble = trouble;
  }
}

/** In lines; what is not known is left out. */
export const threeParts = ({ what, why, hint }: Pick<Trouble, 'what'> & Partial<Trouble>): string =>
  [what, why && `why: ${why}`, hint && `hint: ${hint}`].filter(Boolean).join('\n');
