// Write this. It does not try again yet: every error is passed on.

export interface Settings {
  /** The first wait is at most this long, and each further one at most twice as long as the one before could be, */
  readonly baseMs: number;
  /** but never longer than this. */
  readonly capMs: number;
  /** Of one call, the first one included. */
  readonly attempts: number;
  /** Tokens, shared by all calls. A retry takes one; each success puts half a one back, up to this number. */
  readonly budget: number;
  /** From 0 to below 1, as Math.random. */
  readonly random: () => number;
  /** Waits. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** Makes a call, and again where that is worth it. */
export type Retrying = <Result>(call: () => Promise<Result>) => Promise<Result>;

export const newRetrying =
  (_settings: Settings): Retrying =>
  (call) =>
    call();
