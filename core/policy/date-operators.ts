import { comparing, equal, greater, greaterOrEqual, less, lessOrEqual } from './numeric-operators.ts';
import type { Operator } from './operator.ts';

/** Source: IAM User Guide, "Condition operators", date condition operators. */

const iso = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d))?)?)?$/;
const epoch = /^\d{5,12}(?:\.\d{1,9})?$/;

/**
 * Milliseconds since the epoch, of a date of ISO 8601 in the W3C's profile (four digits are a year, a time needs its
 * zone) or of seconds since the epoch; `undefined` for other texts and for days that do not exist.
 * Source: https://www.w3.org/TR/NOTE-datetime
 */
export const readDate = (text: string): number | undefined => {
  if (epoch.test(text)) return Number(text) * 1000;
  const parts = iso.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // Date.UTC would take the year 50 for 1950
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const zone = readZone(parts[8] ?? 'Z');
  if (zone === undefined) return undefined;
  const fraction = Number(`0.${parts[7] ?? 0}`);
  return date.getTime() + ((hour * 60 + minute - zone) * 60 + second + fraction) * 1000;
};

/** Minutes ahead of UTC. */
const readZone = (zone: string): number | undefined => {
  if (zone === 'Z') return 0;
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
  if (hours > 23 || minutes > 59) return undefined;
  return (hours * 60 + minutes) * (zone.startsWith('-') ? -1 : 1);
};

const date = comparing(readDate);

export const dateOperators = {
  DateEquals: { value: date(equal) },
  DateNotEquals: { value: date(equal), negated: true },
  DateLessThan: { value: date(less) },
  DateLessThanEquals: { value: date(lessOrEqual) },
  DateGreaterThan: { value: date(greater) },
  DateGreaterThanEquals: { value: date(greaterOrEqual) },
} satisfies Record<string, Operator>;
