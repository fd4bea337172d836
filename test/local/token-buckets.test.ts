import { describe, expect, it } from 'vitest';
import { newTokenBuckets } from '../../local/token-buckets.ts';

const account = '111122223333';
const region = 'us-east-1';
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21) + seconds * 1000);

const bucketsOf = (quotas: Record<string, number>) => {
  const buckets = newTokenBuckets(() => quotas);
  /** How many of `asked` requests pass at an instant. */
  const passing = (asked: number, seconds: number, quota = 'Q', of = { account, region }) =>
    Array.from({ length: asked }, () =>
      buckets.take(of.account, [{ region: of.region, quota, times: 1 }], at(seconds)),
    ).filter(Boolean).length;
  return { buckets, passing };
};

describe('a request quota', () => {
  it('lets the requests of a second pass at once, and as many again in the next', () => {
    const { passing } = bucketsOf({ Q: 5 });
    expect([passing(9, 0), passing(9, 0.1), passing(9, 1.1), passing(9, 100)]).toEqual([5, 0, 5, 5]);
  });

  it('frees requests one by one', () => {
    const { passing } = bucketsOf({ Q: 5 });
    expect([passing(9, 0), passing(9, 0.4), passing(9, 0.6), passing(9, 0.7)]).toEqual([5, 2, 1, 0]);
  });

  it('of less than one a second lets one pass, and the next when its time has come', () => {
    const { passing } = bucketsOf({ Q: 0.5 });
    expect([passing(3, 0), passing(3, 1), passing(3, 1.9), passing(3, 2), passing(3, 60)]).toEqual([1, 0, 0, 1, 1]);
  });

  it('is not used up by what is throttled', () => {
    const { passing } = bucketsOf({ Q: 2 });
    expect([passing(100, 0), passing(100, 1)]).toEqual([2, 2]);
  });

  it('is its own for each account, Region and name', () => {
    const { passing } = bucketsOf({ Q: 1, R: 1 });
    expect(passing(2, 0)).toBe(1);
    expect(passing(2, 0, 'R')).toBe(1);
    expect(passing(2, 0, 'Q', { account: '444455556666', region })).toBe(1);
    expect(passing(2, 0, 'Q', { account, region: 'eu-west-1' })).toBe(1);
    expect(passing(2, 0)).toBe(0);
  });

  it('does not limit what has none', () => {
    expect(bucketsOf({ Q: 1 }).passing(1000, 0, 'other')).toBe(1000);
  });

  it('bears a clock that is set back, and gives nothing for it', () => {
    const { passing } = bucketsOf({ Q: 2 });
    expect([passing(3, 1000), passing(3, 0), passing(3, 1)]).toEqual([2, 0, 2]);
  });

  it('is charged together with others or not at all', () => {
    const { buckets, passing } = bucketsOf({ Q: 1, R: 3 });
    const both = [
      { region, quota: 'Q', times: 1 },
      { region, quota: 'R', times: 1 },
    ];
    expect(buckets.take(account, both, at(0))).toBe(true);
    expect(buckets.take(account, both, at(0))).toBe(false);
    expect(passing(9, 0, 'R')).toBe(2);
  });

  it('smaller than what a request counts asks for all there can be', () => {
    const { buckets } = bucketsOf({ Q: 1 });
    const twice = [{ region, quota: 'Q', times: 2 }];
    expect(buckets.take(account, twice, at(0))).toBe(true);
    expect(buckets.take(account, twice, at(0.5))).toBe(false);
    expect(buckets.take(account, twice, at(1))).toBe(true);
  });
});
