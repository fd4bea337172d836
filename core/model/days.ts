const millisecondsADay = 86_400_000;

/** The instant so many days of 24 hours later. */
export const addDays = (from: Date, days: number): Date => new Date(from.getTime() + days * millisecondsADay);

/** The second that an instant lies in. */
export const wholeSeconds = (instant: Date): Date => new Date(Math.floor(instant.getTime() / 1000) * 1000);
