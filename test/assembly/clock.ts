/** The time of functions, which can be moved on: theirs alone, not that of this process. */
export interface Clock {
  readonly Date: DateConstructor;
  readonly performance: Pick<typeof performance, 'now'>;
  readonly setTimeout: <Given extends unknown[]>(
    act: (...given: Given) => void,
    ms?: number,
    ...given: Given
  ) => NodeJS.Timeout;
  now(): Date;
  pass(ms: number): void;
}

/** So long nobody waits here: in this time nothing happens, but for a sweep that lets calls come to their end. */
const longWaitMs = 30_000;

export const newClock = (): Clock => {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const pass = (ms: number) => {
    ahead += ms;
  };
  class Moved extends Date {
    constructor(...given: [] | [string | number | Date]) {
      super(...((given.length === 0 ? [now()] : given) as [number]));
    }
    static override now() {
      return now();
    }
  }
  return {
    // Called without `new`, or with the parts of a date, it would not do; no bundle does either.
    Date: Moved as unknown as DateConstructor,
    performance: { now: () => performance.now() + ahead },
    setTimeout(act, ms = 0, ...given) {
      if (ms < longWaitMs) return setTimeout(act, ms, ...given);
      pass(ms);
      return setTimeout(act, 0, ...given);
    },
    now: () => new Date(now()),
    pass,
  };
};
