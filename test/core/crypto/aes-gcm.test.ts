import { randomBytes } from 'node:crypto';
import { gcm } from '@noble/ciphers/aes.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { open, seal } from '../../../core/crypto/aes-gcm.ts';
import { describeVectors, hex, misjudged, type Wycheproof } from '../../vectors.ts';

type Vectors = Wycheproof<
  { ivSize: number; keySize: number; tagSize: number },
  { key: string; iv: string; aad: string; msg: string; ct: string; tag: string }
>;

describeVectors<Vectors>('wycheproof/aes_gcm_test.json', ({ testGroups }) => {
  const tests = testGroups
    .filter(({ keySize, ivSize, tagSize }) => keySize === 256 && ivSize === 96 && tagSize === 128)
    .flatMap((group) => group.tests);

  it('opens exactly the valid ones', () => {
    expect(tests).toHaveLength(66);
    const accepts = ({ key, iv, aad, msg, ct, tag }: (typeof tests)[number]) =>
      open(hex(key), hex(iv), hex(ct + tag), hex(aad))?.equals(hex(msg)) ?? false;
    expect(misjudged(tests, accepts)).toEqual([]);
  });

  it('seals as the valid ones are', () => {
    const valid = tests.filter(({ result }) => result === 'valid');
    expect(valid).toHaveLength(39);
    for (const { key, iv, aad, msg, ct, tag } of valid) {
      expect(seal(hex(key), hex(iv), hex(msg), hex(aad)).toString('hex')).toBe(ct + tag);
    }
  });
});

describe('AES-256-GCM', () => {
  const [key, iv] = [randomBytes(32), randomBytes(12)];
  const bytes = fc.uint8Array({ maxLength: 100 });

  it('agrees with noble, both ways', () => {
    fc.assert(
      fc.property(bytes, bytes, (plaintext, aad) => {
        const sealed = seal(key, iv, plaintext, aad);
        expect(sealed).toEqual(Buffer.from(gcm(key, iv, aad).encrypt(plaintext)));
        expect(open(key, iv, sealed, aad)).toEqual(Buffer.from(plaintext));
      }),
    );
  });

  it('answers undefined where a bit, the key, the IV or the associated data differ', () => {
    const aad = Buffer.from('aad');
    const sealed = seal(key, iv, Buffer.from('plaintext'), aad);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(open(key, iv, changed, aad)).toBeUndefined();
    }
    expect(open(randomBytes(32), iv, sealed, aad)).toBeUndefined();
    expect(open(key, randomBytes(12), sealed, aad)).toBeUndefined();
    expect(open(key, iv, sealed, Buffer.from('aae'))).toBeUndefined();
    expect(open(key, iv, sealed, aad)?.toString()).toBe('plaintext');
  });

  it('answers undefined to bytes too short to hold a tag, and to a truncated tag', () => {
    const sealed = seal(key, iv, Buffer.alloc(0), Buffer.alloc(0));
    for (let length = 0; length < 16; length += 1) {
      expect(open(key, iv, sealed.subarray(0, length), Buffer.alloc(0))).toBeUndefined();
    }
    expect(open(key, iv, sealed, Buffer.alloc(0))).toHaveLength(0);
  });

  it.each([
    ['key: expected 32 bytes, got 16', 16, 12],
    ['iv: expected 12 bytes, got 16', 32, 16],
  ])('throws the RangeError "%s"', (message, keyLength, ivLength) => {
    const [otherKey, otherIv, none] = [Buffer.alloc(keyLength), Buffer.alloc(ivLength), Buffer.alloc(0)];
    expect(() => seal(otherKey, otherIv, none, none)).toThrow(new RangeError(message));
    expect(() => open(otherKey, otherIv, Buffer.alloc(16), none)).toThrow(new RangeError(message));
  });

  it('throws a RangeError on a string in place of bytes, without repeating it', () => {
    // @ts-expect-error strings are no plaintext
    expect(() => seal(key, iv, 'secret', Buffer.alloc(0))).toThrow(
      new RangeError('plaintext: expected bytes, got string'),
    );
  });
});
