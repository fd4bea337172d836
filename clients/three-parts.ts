/** What a person at a terminal needs to know of a failure. */
export interface Trouble {
  readonly what: string;
  readonly why: string;
  /** What to do about it. */
  readonly fix: string;
}

export const threeParts = ({ what, why, fix }: Trouble): string => `${what}\nwhy: ${why}\ndo: ${fix}`;
