import { describe, expect, it } from 'vitest';
import { decryptedName, encryptedName } from '../../cli/files/names.ts';
import { bytesText, progressLine, timeText } from '../../cli/files/progress.ts';

describe('a line of progress', () => {
  const progress = { done: 1_500_000_000, total: 6_000_000_000, seconds: 10 };

  it('tells how far, how fast and how long still, with a bar where there is room', () => {
    const text = ' 25 %  1.5 GB of 6.0 GB  150 MB/s  30 s left';
    expect(progressLine(progress, 60)).toBe(`[###----------] ${text}`);
    expect(progressLine(progress, 200)).toBe(`[##########------------------------------] ${text}`);
    expect(progressLine(progress, 50)).toBe(text);
    expect(progressLine(progress, 20)).toBe(' 25 %  30 s left');
  });

  it.each([20, 30, 46, 47, 48, 60, 200])('is never wider than a terminal of %d', (width) => {
    for (const total of [undefined, 0, 1, 6_000_000_000]) {
      for (const seconds of [0, 0.01, 100_000]) {
        expect(progressLine({ done: 1_500_000_000, total, seconds }, width).length).toBeLessThanOrEqual(width);
      }
    }
  });

  it('tells of a pipe how much and how fast', () => {
    expect(progressLine({ ...progress, total: undefined }, 80)).toBe('1.5 GB  150 MB/s  10 s');
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [123_456_789, '123 MB'],
    [5e15, '5000 TB'],
  ])('tells %d bytes as %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });

  it.each([
    [0.2, '1 s'],
    [59, '59 s'],
    [60, '1:00'],
    [7209, '2:00:09'],
  ])('tells %d seconds as %s', (seconds, text) => {
    expect(timeText(seconds)).toBe(text);
  });
});

describe('the name of what is written', () => {
  it('ends with .enc when it is encrypted, and loses that again', () => {
    expect(encryptedName('a/b.pdf')).toBe('a/b.pdf.enc');
    expect(decryptedName('a/b.pdf.enc')).toBe('a/b.pdf');
    expect([encryptedName('-'), decryptedName('-')]).toEqual(['-', '-']);
  });

  it.each(['b.pdf', '.enc', 'a/.enc', 'enc'])('is not guessed from %s', (name) => {
    expect(() => decryptedName(name)).toThrow('--output');
  });
});
