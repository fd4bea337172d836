const designators = /^P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/**
 * The instant that lies an ISO 8601 duration later (ISO 8601-1 §5.5.2, whole numbers only), by the calendar of UTC.
 * @param duration such as `P8D`, `P1Y6M` or `PT36H`
 * @returns undefined when it is no duration
 */
export const addDuration = (from: Date, duration: string): Date | undefined => {
  const found = designators.exec(duration);
  if (found === null) return undefined;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map((digits) => Number(digits ?? 0));
  const later = new Date(from);
  later.setUTCFullYear(from.getUTCFullYear() + years, from.getUTCMonth() + months);
  // Where the month is too short its last day is meant.
  if (later.getUTCDate() !== from.getUTCDate()) later.setUTCDate(0);
  const days24 = weeks * 7 + days;
  return new Date(later.getTime() + (((days24 * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
};
