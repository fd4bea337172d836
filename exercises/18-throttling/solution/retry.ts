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

const isThrottled = (error: unknown): boolean => error instanceof Error && error.name === 'ThrottlingException';

export const newRetrying = ({ baseMs, capMs, attempts, budget, random, sleep }: Settings): Retrying => {
  let tokens = budget;
  return async (call) => {
    for (let retries = 0; ; retries += 1) {
      try {
        const result = await call();
        tokens = Math.min(budget, tokens + 0.5);
        return result;
      } catch (error) {
        if (!isThrottled(error) || retries + 1 >= attempts || tokens < 1) throw error;
        tokens -= 1;
        await sleep(random() * Math.min(capMs, baseMs * 2 ** retries));
      }
    }
  };
};
