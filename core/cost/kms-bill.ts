import { cost, kmsPrices, type RequestKind, requestKinds } from './prices.ts';

/** A key of one account and Region, as far as it is charged for; instants are milliseconds since the epoch. */
export interface ChargedKey {
  readonly from: number;
  /** When it was deleted, or scheduled for it and never taken back; while it is there, `undefined`. */
  readonly to: number | undefined;
  /** When it was rotated. */
  readonly rotations: readonly number[];
}

/** What one account did that AWS KMS charges for. */
export interface KmsUsage {
  readonly keys: readonly ChargedKey[];
  /** Requests by month, `2026-11`. */
  readonly requests: ReadonlyMap<string, ReadonlyMap<RequestKind, number>>;
}

/** A line of a bill. */
export interface Line {
  readonly what: string;
  readonly usd: number;
}

export interface KmsLine extends Line {
  readonly quantity: number;
  /** How much of the quantity costs nothing. */
  readonly free: number;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What AWS KMS would charge an account for a month. Keys count from the first hour they are there to the last. */
export const kmsBill = ({ keys, requests }: KmsUsage, month: Month): readonly KmsLine[] => {
  const { key, rotation, chargedRotations } = kmsPrices;
  const lives = keys.map(({ from, to = Number.POSITIVE_INFINITY }) => ({ from, to }));
  const rotated = keys.flatMap(({ from, to = Number.POSITIVE_INFINITY, rotations }) =>
    [...rotations]
      .sort((a, b) => a - b)
      .slice(0, chargedRotations)
      .map((time) => ({ from: Math.max(from, time), to })),
  );
  const monthsOf = (spans: readonly Span[]) => spans.reduce((sum, span) => sum + shareOf(month, span), 0);
  const [keyMonths, rotationMonths] = [monthsOf(lives), monthsOf(rotated)];
  return [
    { what: 'months of keys', quantity: keyMonths, free: 0, usd: cost(key, keyMonths) },
    { what: 'months after rotations', quantity: rotationMonths, free: 0, usd: cost(rotation, rotationMonths) },
    ...requestLines(requests.get(month.name)),
  ];
};

const requestLines = (counts: ReadonlyMap<RequestKind, number> = new Map()): readonly KmsLine[] => {
  let freeLeft = kmsPrices.freeRequests;
  return requestKinds.flatMap((kind) => {
    const quantity = counts.get(kind) ?? 0;
    if (quantity === 0) return [];
    const { price, hasFree } = kmsPrices.requests[kind];
    const free = hasFree ? Math.min(freeLeft, quantity) : 0;
    freeLeft -= free;
    return [{ what: `requests: ${kind}`, quantity, free, usd: cost(price, quantity - free) }];
  });
};

/** A calendar month in UTC, or the part of it that is billed. */
export interface Month extends Span {
  /** `2026-11` */
  readonly name: string;
  /** Of the whole month. */
  readonly hours: number;
}

const hour = 3_600_000;

/** The months that a span touches, the first and the last cut to it. */
export const monthsIn = ({ from, to }: Span): readonly Month[] => {
  const months: Month[] = [];
  const first = new Date(from);
  for (let index = 0; ; index += 1) {
    const [begin, end] = [0, 1].map((more) => Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + index + more));
    if (begin === undefined || end === undefined || begin >= to) return months;
    const name = new Date(begin).toISOString().slice(0, 7);
    months.push({ name, hours: (end - begin) / hour, from: Math.max(begin, from), to: Math.min(end, to) });
  }
};

/** How much of a whole month a span is there, by hours begun. */
const shareOf = (month: Month, span: Span): number => {
  const time = Math.min(month.to, span.to) - Math.max(month.from, span.from);
  return Math.min(month.hours, Math.ceil(Math.max(0, time) / hour)) / month.hours;
};

export const total = (lines: readonly Line[]): number => lines.reduce((sum, { usd }) => sum + usd, 0);
