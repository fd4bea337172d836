import { describe, expect, it } from 'vitest';
import { tableOf } from '../../cli/table.ts';

describe('a table', () => {
  const header = ['name', 'of it'];
  const rows = [
    ['a', 'long one'],
    ['longer', 'b'],
  ];

  it('has columns as wide as what is in them', () => {
    expect(tableOf(header, rows, 80)).toBe('name    of it\na       long one\nlonger  b\n');
  });

  it('is a block a row where it would be too wide', () => {
    expect(tableOf(header, rows, 15)).toBe('name   a\nof it  long one\n\nname   longer\nof it  b\n');
    expect(tableOf(header, rows, 16)).toContain('name    of it\n');
  });
});
