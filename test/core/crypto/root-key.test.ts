import { hkdf as nobleHkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { hkdf } from '../../../core/crypto/hkdf.ts';
import { deriveRootKey } from '../../../core/crypto/root-key.ts';
import { describeVectors, hex, misjudged, type Wycheproof } from '../../vectors.ts';
import { describeOpenSsl } from './openssl.ts';

type Vectors = Wycheproof<object, { ikm: string; salt: string; info: string; size: number; okm: string }>;

describe.each([
  ['sha256', 86],
  ['sha384', 83],
  ['sha512', 83],
] as const)('HKDF with %s', (hash, count) => {
  describeVectors<Vectors>(`wycheproof/hkdf_${hash}_test.json`, ({ testGroups }) => {
    it('derives the valid keys and throws a RangeError on the lengths out of range', () => {
      const tests = testGroups.flatMap((group) => group.tests);
      expect(tests).toHaveLength(count);
      const accepts = ({ ikm, salt, info, size, okm }: (typeof tests)[number]) => {
        try {
          return hkdf(hash, hex(ikm), hex(salt), hex(info), size).equals(hex(okm));
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return false;
        }
      };
      expect(misjudged(tests, accepts)).toEqual([]);
    });
  });
});

const secret = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
const info = (version: number) =>
  Buffer.concat([Buffer.from('serverless-kms key wrapping v1'), Buffer.of(0, 0, 0, version)]);

describe('deriveRootKey', () => {
  it('is HKDF over installation id, purpose and version, as noble computes it', () => {
    const expected = nobleHkdf(sha256, secret, Buffer.from('installation'), info(7), 32);
    expect(deriveRootKey(secret, 'installation', 7)).toEqual(Buffer.from(expected));
  });

  it('differs by secret, installation and version', () => {
    const keys = [
      deriveRootKey(secret, 'installation', 1),
      deriveRootKey(secret, 'installation', 2),
      deriveRootKey(secret, 'installation', 256),
      deriveRootKey(secret, 'another', 1),
      deriveRootKey(Buffer.alloc(32), 'installation', 1),
    ];
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(keys.length);
  });

  it.each([
    ['secret: expected 32 bytes or more, got 31', 31, 'installation', 1],
    ['installationId: expected text, got none', 32, '', 1],
    ['text: expected well-formed Unicode, got a lone surrogate', 32, '\ud800', 1],
    ['version: expected a whole number from 1 to 4294967295, got 0', 32, 'installation', 0],
    ['version: expected a whole number from 1 to 4294967295, got 4294967296', 32, 'installation', 2 ** 32],
  ])('throws the RangeError "%s"', (message, length, installationId, version) => {
    expect(() => deriveRootKey(Buffer.alloc(length), installationId, version)).toThrow(new RangeError(message));
  });
});

describeOpenSsl('deriveRootKey, as openssl does it', ({ run }) => {
  it('with HKDF', () => {
    const bytes = { hexkey: secret, hexsalt: Buffer.from('installation'), hexinfo: info(1) };
    const options = Object.entries(bytes).flatMap(([name, value]) => ['-kdfopt', `${name}:${value.toString('hex')}`]);
    const derived = run('kdf', '-keylen', '32', '-kdfopt', 'digest:SHA256', ...options, '-binary', 'HKDF');
    expect(derived).toEqual(deriveRootKey(secret, 'installation', 1));
  });
});
