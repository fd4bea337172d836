import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { counterMode, deriveKey } from '../../../core/crypto/counter-kdf.ts';
import { describeVectors, hex } from '../../vectors.ts';
import { describeOpenSsl } from './openssl.ts';

interface Cavp {
  readonly groups: readonly {
    readonly prf: string;
    readonly counterBits: number;
    readonly tests: readonly { L: number; KI: string; FixedInputData: string; KO: string }[];
  }[];
}

describeVectors<Cavp>('cavp/sp800-108-counter.json', ({ groups }) => {
  it.each(['sha256', 'sha384', 'sha512'] as const)('derives all keys with a 32-bit counter and %s', (hash) => {
    const tests = groups
      .filter(({ prf, counterBits }) => prf === `HMAC_${hash.toUpperCase()}` && counterBits === 32)
      .flatMap((group) => group.tests);
    expect(tests).toHaveLength(40);
    for (const { L, KI, FixedInputData, KO } of tests) {
      expect(counterMode(hash, hex(KI), hex(FixedInputData), L / 8).toString('hex')).toBe(KO);
    }
  });
});

const keyIn = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
const context = Buffer.from('context');

describe('deriveKey', () => {
  it('feeds counter, label, zero byte, context and length in bits to HMAC, as noble computes it', () => {
    const input = (counter: number, bits: number) =>
      Buffer.from(
        `0000000${counter}${Buffer.from('label\0context').toString('hex')}${bits.toString(16).padStart(8, '0')}`,
        'hex',
      );
    const block = (counter: number, bits: number) => hmac(sha256, keyIn, input(counter, bits));
    expect(deriveKey(keyIn, 'label', context, 32)).toEqual(Buffer.from(block(1, 256)));
    expect(deriveKey(keyIn, 'label', context, 70)).toEqual(
      Buffer.concat([block(1, 560), block(2, 560), block(3, 560)]).subarray(0, 70),
    );
  });

  it('gives another key for another label, context, length or key', () => {
    const keys = [
      deriveKey(keyIn, 'label', context, 32),
      deriveKey(keyIn, 'labex', context, 32),
      deriveKey(keyIn, 'label', Buffer.from('contexx'), 32),
      deriveKey(keyIn, 'label', Buffer.alloc(0), 32),
      deriveKey(keyIn, 'label', context, 64).subarray(0, 32),
      deriveKey(Buffer.alloc(32), 'label', context, 32),
    ];
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(keys.length);
  });

  it('takes a label as text or as its bytes, and leaves the key as it was', () => {
    const before = Buffer.from(keyIn);
    expect(deriveKey(keyIn, Buffer.from('zweck-ü'), context, 32)).toEqual(deriveKey(keyIn, 'zweck-ü', context, 32));
    expect(keyIn).toEqual(before);
  });

  it.each([
    ['length: expected a whole number from 1 to 1024, got 0', 32, 'label', 0],
    ['length: expected a whole number from 1 to 1024, got 1025', 32, 'label', 1025],
    ['length: expected a whole number from 1 to 1024, got 1.5', 32, 'label', 1.5],
    ['keyIn: expected 32 bytes, got 16', 16, 'label', 32],
    ['label: expected no zero byte, got one', 32, 'la\0bel', 32],
  ])('throws the RangeError "%s"', (message, keyLength, label, length) => {
    expect(() => deriveKey(Buffer.alloc(keyLength), label, context, length)).toThrow(new RangeError(message));
  });
});

describeOpenSsl('deriveKey, as openssl does it', ({ run }) => {
  it.each([1, 32, 33, 1024])('for %i bytes', (length) => {
    const fixed = { hexkey: keyIn, hexsalt: Buffer.from('label'), hexinfo: context };
    const options = Object.entries(fixed).flatMap(([name, bytes]) => ['-kdfopt', `${name}:${bytes.toString('hex')}`]);
    const kbkdf = ['-kdfopt', 'mac:HMAC', '-kdfopt', 'digest:SHA256', ...options, '-binary', 'KBKDF'];
    expect(run('kdf', '-keylen', `${length}`, ...kbkdf)).toEqual(deriveKey(keyIn, 'label', context, length));
  });
});
