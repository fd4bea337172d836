import { describe, expect, it } from 'vitest';
import { type ChargedKey, kmsBill, monthsIn, type Span, total } from '../../../core/cost/kms-bill.ts';
import type { RequestKind } from '../../../core/cost/prices.ts';

const at = (text: string): number => Date.parse(text);
const span = (from: string, to: string): Span => ({ from: at(from), to: at(to) });
const [november = { ...span('2026-11-01', '2026-12-01'), name: '', hours: 0 }] = monthsIn(
  span('2026-11-01', '2026-12-01'),
);
const key = (from: string, to?: string, ...rotations: string[]): ChargedKey => ({
  from: at(from),
  to: to === undefined ? undefined : at(to),
  rotations: rotations.map(at),
});
const usdOf = (keys: ChargedKey[], month = november) =>
  Object.fromEntries(
    kmsBill({ keys, requests: new Map() }, month).map(({ what, usd }) => [what, Number(usd.toFixed(6))]),
  );

describe('the months of a span', () => {
  it('are calendar months in UTC, the first and the last cut', () => {
    const months = monthsIn(span('2026-11-21T06:00:00Z', '2027-02-01T00:00:00Z'));
    expect(months.map(({ name, hours }) => [name, hours])).toEqual([
      ['2026-11', 720],
      ['2026-12', 744],
      ['2027-01', 744],
    ]);
    expect(months[0]?.from).toBe(at('2026-11-21T06:00:00Z'));
    expect(months[2]?.to).toBe(at('2027-02-01'));
  });
});

describe('a key', () => {
  it.each<[string, ChargedKey[], number]>([
    ['that is there all the month costs a dollar', [key('2025-01-01')], 1],
    ['costs by the hour', [key('2026-11-30T00:00:00Z')], 24 / 720],
    ['costs for hours that it begins', [key('2026-11-30T00:00:00Z', '2026-11-30T01:00:01Z')], 2 / 720],
    ['costs until it is deleted', [key('2025-01-01', '2026-11-16T00:00:00Z')], 0.5],
    ['that is not there yet, or no more, costs nothing', [key('2026-12-01'), key('2025-01-01', '2026-11-01')], 0],
    ['costs beside others', [key('2025-01-01'), key('2025-01-01')], 2],
  ])('%s', (_, keys, expected) => {
    expect(usdOf(keys)['months of keys']).toBeCloseTo(expected, 6);
  });

  it('costs only in the part of a month that is billed', () => {
    const [day] = monthsIn(span('2026-11-05', '2026-11-06'));
    expect(usdOf([key('2025-01-01')], day)['months of keys']).toBeCloseTo(24 / 720, 6);
  });

  it.each<[string, ChargedKey, number]>([
    ['by the hour', key('2025-01-01', undefined, '2026-11-16T00:00:00Z'), 0.5],
    ['in every month that follows', key('2025-01-01', undefined, '2025-06-01'), 1],
    ['twice, and no more', key('2025-01-01', undefined, '2025-09-01', '2025-06-01', '2025-12-01', '2026-03-01'), 2],
    ['as the second only when it comes', key('2025-01-01', undefined, '2025-06-01', '2026-11-16'), 1.5],
    ['not before it is there', key('2026-11-16', undefined, '2025-06-01'), 0.5],
    ['not after its end', key('2025-01-01', '2026-11-16', '2025-06-01'), 0.5],
  ])('costs more after a rotation: %s', (_, rotated, expected) => {
    expect(usdOf([rotated])['months after rotations']).toBeCloseTo(expected, 6);
  });
});

describe('requests', () => {
  const requests = (counts: Partial<Record<RequestKind, number>>, month = '2026-11') =>
    kmsBill(
      { keys: [], requests: new Map([[month, new Map(Object.entries(counts) as [RequestKind, number][])]]) }, // its own keys
      november,
    );

  it('cost nothing up to 20,000 a month', () => {
    expect(total(requests({ 'symmetric, HMAC and management': 20_000 }))).toBe(0);
    expect(total(requests({ 'symmetric, HMAC and management': 30_000 }))).toBeCloseTo(0.03, 6);
  });

  it.each<[RequestKind, number]>([
    ['RSA_2048 keys', 0.03],
    ['other asymmetric keys', 0.15],
    ['RSA data key pairs', 12],
    ['other data key pairs', 0.1],
  ])('cost from the first on: %s, %d for 10,000', (kind, usd) => {
    const lines = requests({ [kind]: 10_000 });
    expect(lines.at(-1)).toEqual({ what: `requests: ${kind}`, quantity: 10_000, free: 0, usd });
  });

  it('of other months are not on the bill', () => {
    expect(requests({ 'RSA_2048 keys': 5 }, '2026-10').map(({ what }) => what)).toEqual([
      'months of keys',
      'months after rotations',
    ]);
  });
});
