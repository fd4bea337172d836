import { rememberingLast } from '../../core/model/remembering-last.ts';

/** Instants as Signature Version 4 writes them: ISO 8601 basic format, UTC, whole seconds. */

const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const httpDate = /^([A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d )(?:GMT|[+-]0000)$/;

/** @returns `YYYYMMDDTHHMMSSZ` */
export const formatTimestamp = (instant: Date): string =>
  `${instant.toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '')}Z`;

/**
 * Of `X-Amz-Date`; calls of one second say the same.
 * @returns undefined if it is not in basic format, or there is no such instant
 */
export const parseTimestamp = rememberingLast((text: string): Date | undefined => {
  const parts = text.length === 16 ? basic.exec(text) : null;
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map(Number);
  const instant = new Date(Date.UTC(year, month - 1, day, hours, minutes, seconds));
  // Date.UTC carries what is too much over: 31 April is 1 May, 24 o'clock the next day
  const sameDay = instant.getUTCMonth() === month - 1 && instant.getUTCDate() === day;
  const exists = sameDay && minutes < 60 && seconds < 60;
  return exists ? instant : undefined;
});

/** Of `Date`: as RFC 9110 section 5.6.7 has it, with -0000 for GMT as botocore writes it, or in basic format. */
export const parseDateHeader = (text: string): Date | undefined => {
  const date = httpDate.exec(text)?.[1];
  if (date === undefined) return parseTimestamp(text);
  const instant = new Date(`${date}GMT`);
  return !Number.isNaN(instant.getTime()) && instant.toUTCString() === `${date}GMT` ? instant : undefined;
};
