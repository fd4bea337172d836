import { randomBytes } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { blockwise } from '../../../core/crypto/blockwise.ts';

/** A source that counts, and shows what it gave. */
const counting = () => {
  const given: Buffer[] = [];
  let next = 1;
  const random = vi.fn((size: number) => {
    const bytes = Buffer.from(Array.from({ length: size }, () => (next++ % 255) + 1));
    given.push(bytes);
    return bytes;
  });
  return { random, given };
};

it('hands out every byte of its source once, in turn', () => {
  const { random } = counting();
  const draw = blockwise(random);
  const drawn = Buffer.concat(Array.from({ length: 128 }, () => draw(16)));
  expect(random).toHaveBeenCalledTimes(1);
  expect(drawn).toEqual(counting().random(128 * 16));
});

it('has wiped what it handed out, and nothing else', () => {
  const { random, given } = counting();
  const draw = blockwise(random);
  const kept = Buffer.from(draw(16));
  draw(12);
  const [block = Buffer.alloc(0)] = given;
  expect(block.subarray(0, 28)).toEqual(Buffer.alloc(28));
  expect(block.subarray(28).includes(0)).toBe(false);
  expect(kept.includes(0)).toBe(false);
});

it('hands out bytes that stay when it goes on, and that wiping leaves the others alone', () => {
  const draw = blockwise(counting().random);
  const [one, two] = [draw(16), draw(16)];
  one.fill(0);
  expect(two.includes(0)).toBe(false);
});

it.each([1, 16, 4095, 4096, 4097, 10_000])('gives %i bytes, whatever is left of a block', (size) => {
  const draw = blockwise(randomBytes);
  draw(4090);
  const seen = new Set(Array.from({ length: 4 }, () => draw(size)).map((bytes) => bytes.toString('hex')));
  expect([...seen].every((hex) => hex.length === 2 * size)).toBe(true);
  if (size >= 16) expect(seen.size).toBe(4);
});
