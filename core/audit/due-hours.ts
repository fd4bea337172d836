/** The time that a digest covers. */
export interface Span {
  readonly start: Date;
  readonly end: Date;
}

const hour = 3_600_000;
const day = 24 * hour;
const floor = (instant: number, unit: number): number => Math.floor(instant / unit) * unit;

/**
 * The hours that have ended and are in no digest yet: all of each day in which there is something to digest, and the
 * rest of the day of the last digest. Days without any calls have none.
 *
 * @param last the end of the last digest
 * @param waiting when the log files that are in no digest yet were made
 */
export const dueHours = (last: Date | undefined, waiting: readonly Date[], now: Date): readonly Span[] => {
  const earliest = last?.getTime() ?? floor(Math.min(...waiting.map((made) => made.getTime())), hour);
  // A log file that came late goes with what comes next.
  const days = new Set(waiting.map((made) => floor(Math.max(made.getTime(), earliest), day)));
  if (last) days.add(floor(earliest - 1, day));
  return [...days]
    .sort((a, b) => a - b)
    .flatMap((begin) => Array.from({ length: 24 }, (_, index) => begin + index * hour))
    .filter((start) => start + hour > earliest && start + hour <= now.getTime())
    .map((start) => ({ start: new Date(Math.max(start, earliest)), end: new Date(start + hour) }));
};

/** The rest of an hour, when the log ends: at least a second, so that no two digests end at once. */
export const restOfHour = (last: Date | undefined, now: Date): Span => {
  const end = Math.max(floor(now.getTime(), 1000), (last?.getTime() ?? 0) + 1000);
  return { start: new Date(Math.max(floor(end, hour), last?.getTime() ?? 0)), end: new Date(end) };
};
