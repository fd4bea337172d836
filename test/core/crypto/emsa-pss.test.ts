import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeEmsaPss, verifyEmsaPss } from '../../../core/crypto/emsa-pss.ts';

describe.each([
  ['sha256', 32],
  ['sha384', 48],
  ['sha512', 64],
] as const)('EMSA-PSS with %s', (hash, length) => {
  const mHash = createHash(hash).update('message').digest();
  const salt = Buffer.alloc(length, 5);

  it.each([2047, 2048, 2041, 3071, 4095])('fits a modulus with %i bits less one', (emBits) => {
    const EM = encodeEmsaPss(hash, mHash, salt, emBits);
    expect(EM).toHaveLength(Math.ceil(emBits / 8));
    expect(EM.readUInt8(0) >> (8 - (8 * EM.length - emBits))).toBe(0);
    expect(verifyEmsaPss(hash, mHash, EM, emBits)).toBe(true);
  });

  it('notices every single bit that is changed', () => {
    const EM = encodeEmsaPss(hash, mHash, salt, 2047);
    for (let bit = 0; bit < EM.length * 8; bit += 1) {
      const changed = Buffer.from(EM);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(verifyEmsaPss(hash, mHash, changed, 2047)).toBe(false);
    }
  });

  it('refuses another length, and throws a RangeError where nothing fits or a length is wrong', () => {
    const EM = encodeEmsaPss(hash, mHash, salt, 2047);
    expect(verifyEmsaPss(hash, mHash, EM.subarray(1), 2047)).toBe(false);
    expect(verifyEmsaPss(hash, mHash, Buffer.alloc(length, 0xbc), 8 * length)).toBe(false);
    const enough = 8 * (2 * length + 2);
    expect(encodeEmsaPss(hash, mHash, salt, enough)).toHaveLength(enough / 8);
    expect(() => encodeEmsaPss(hash, mHash, salt, enough - 8)).toThrow(RangeError);
    expect(() => encodeEmsaPss(hash, mHash, salt.subarray(1), 2047)).toThrow(RangeError);
    expect(() => encodeEmsaPss(hash, mHash.subarray(1), salt, 2047)).toThrow(RangeError);
  });
});
