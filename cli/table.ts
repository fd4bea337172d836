import { stripVTControlCharacters } from 'node:util';
import { styled, widthOf } from './look.ts';

/** Rows under a header; where they are too wide for the terminal, a block of lines for each. */
export const tableOf = (header: readonly string[], rows: readonly (readonly string[])[], width = widthOf()): string => {
  const widths = header.map((name, i) => Math.max(...[name, ...rows.map((row) => row[i] ?? '')].map(lengthOf)));
  const total = widths.reduce((sum, each) => sum + each + 2, -2);
  if (total > width) return rows.map((row) => factsOf(header.map((name, i) => [name, row[i] ?? '']))).join('\n');
  const lineOf = (row: readonly string[]) =>
    row
      .map((cell, i) => padded(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return `${styled('bold', lineOf(header))}\n${rows.map((row) => `${lineOf(row)}\n`).join('')}`;
};

/** A name and its value a line. */
export const factsOf = (facts: readonly (readonly [name: string, value: string])[]): string => {
  const widest = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${styled('bold', name.padEnd(widest))}  ${value}\n`).join('');
};

const lengthOf = (cell: string): number => stripVTControlCharacters(cell).length;
const padded = (cell: string, width: number): string => cell + ' '.repeat(width - lengthOf(cell));
