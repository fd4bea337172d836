import { randomBytes } from 'node:crypto';
import { aeskwp } from '@noble/ciphers/aes.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unwrapKwp, wrapKwp } from '../../../core/crypto/aes-kwp.ts';
import { describeVectors, hex, misjudged, type Wycheproof } from '../../vectors.ts';

type Vectors = Wycheproof<{ keySize: number }, { key: string; msg: string; ct: string }>;

describeVectors<Vectors>('wycheproof/aes_kwp_test.json', ({ testGroups }) => {
  const tests = testGroups.flatMap((group) => group.tests);

  it('unwraps exactly the valid ones', () => {
    expect(tests).toHaveLength(254);
    const accepts = ({ key, msg, ct }: (typeof tests)[number]) =>
      unwrapKwp(hex(key), hex(ct))?.equals(hex(msg)) ?? false;
    expect(misjudged(tests, accepts)).toEqual([]);
  });

  it('wraps as the valid ones are', () => {
    const valid = tests.filter(({ result }) => result === 'valid');
    expect(valid).toHaveLength(77);
    for (const { key, msg, ct } of valid) expect(wrapKwp(hex(key), hex(msg)).toString('hex')).toBe(ct);
  });
});

describe.each([16, 24, 32])('AES-KWP with a key of %i bytes', (length) => {
  const key = randomBytes(length);

  it('agrees with noble, both ways', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 3000 }), (plaintext) => {
        const wrapped = wrapKwp(key, plaintext);
        expect(wrapped).toHaveLength(8 * Math.ceil(plaintext.length / 8) + 8);
        expect(wrapped).toEqual(Buffer.from(aeskwp(key).encrypt(plaintext)));
        expect(unwrapKwp(key, wrapped)).toEqual(Buffer.from(plaintext));
      }),
      { numRuns: 30 },
    );
  });

  it.each([1, 8, 40])('answers undefined where a bit or the key differ, for %i bytes', (size) => {
    const wrapped = wrapKwp(key, randomBytes(size));
    for (let bit = 0; bit < wrapped.length * 8; bit += 1) {
      const changed = Buffer.from(wrapped);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(unwrapKwp(key, changed)).toBeUndefined();
    }
    expect(unwrapKwp(randomBytes(length), wrapped)).toBeUndefined();
    expect(unwrapKwp(key, wrapped)).toHaveLength(size);
  });

  it('answers undefined to any other length', () => {
    const wrapped = wrapKwp(key, randomBytes(40));
    for (let cut = 0; cut < wrapped.length; cut += 1) expect(unwrapKwp(key, wrapped.subarray(0, cut))).toBeUndefined();
    expect(unwrapKwp(key, Buffer.concat([wrapped, Buffer.alloc(8)]))).toBeUndefined();
  });
});

it.each([
  ['key: expected 16, 24 or 32 bytes, got 31', 31, 1],
  ['plaintext: expected 1 byte or more, got 0', 32, 0],
])('throws the RangeError "%s"', (message, keyLength, length) => {
  expect(() => wrapKwp(Buffer.alloc(keyLength), Buffer.alloc(length))).toThrow(new RangeError(message));
});

it('throws a RangeError on a key of another length when unwrapping, too', () => {
  const message = 'key: expected 16, 24 or 32 bytes, got 0';
  expect(() => unwrapKwp(Buffer.alloc(0), Buffer.alloc(16))).toThrow(new RangeError(message));
});
