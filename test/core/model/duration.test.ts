import { expect, it } from 'vitest';
import { addDuration } from '../../../core/model/duration.ts';

const from = new Date('2027-01-31T12:00:00Z');

it.each([
  ['P8D', '2027-02-08T12:00:00.000Z'],
  ['PT36H', '2027-02-02T00:00:00.000Z'],
  ['P1Y', '2028-01-31T12:00:00.000Z'],
  ['P1M', '2027-02-28T12:00:00.000Z'],
  ['P2W', '2027-02-14T12:00:00.000Z'],
  ['P1Y2M3DT4H5M6S', '2028-04-03T16:05:06.000Z'],
  ['PT1M', '2027-01-31T12:01:00.000Z'],
])('%s after the end of January is %s', (duration, later) => {
  expect(addDuration(from, duration)?.toISOString()).toBe(later);
});

it.each(['', 'P', 'PT', 'P1', '8D', 'P-1D', 'P1.5D', 'P1DT', 'P1H', 'P1D ', 'PT1Y'])('%j is no duration', (text) => {
  expect(addDuration(from, text)).toBeUndefined();
});
