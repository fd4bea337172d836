import { UsageError } from '../../local/options.ts';

/** @returns the instant of `2026-11-21` (its first moment, UTC) or `2026-11-21T10:00:00Z`; @throws {UsageError} otherwise */
export const instantFrom = (flag: string, text: string | undefined): Date | undefined => {
  if (text === undefined) return undefined;
  const instant = new Date(text);
  if (/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/.test(text) && !Number.isNaN(instant.getTime())) return instant;
  throw new UsageError(`${flag} must be a day like 2026-11-21 or an instant like 2026-11-21T10:00:00Z, not "${text}"`);
};
