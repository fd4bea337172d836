import { constants, generateKeyPairSync, type KeyObject, publicEncrypt, randomBytes } from 'node:crypto';
import { aeskwp } from '@noble/ciphers/aes.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateEc } from '../../../core/crypto/ec-key.ts';
import { mac } from '../../../core/crypto/hmac.ts';
import {
  importedMaterialId,
  isWrappedLength,
  unwrapImported,
  type WrappingAlgorithm,
  wrappingKeyBits,
} from '../../../core/crypto/key-import.ts';
import { rsaPair } from '../../rsa-keys.ts';
import { describeOpenSsl } from './openssl.ts';

const pairs = { 2048: await rsaPair(2048), 3072: await rsaPair(3072), 4096: await rsaPair(4096) } as const;
const { privateKey: another } = await rsaPair(2048, 1);
const { privateKey, publicKey } = pairs[2048];

/** RSA-OAEP by OpenSSL, AES-KWP by noble: neither is our own. */
const oaep = (key: KeyObject, oaepHash: string, plaintext: Uint8Array): Buffer =>
  publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, plaintext);
const wrap = (key: KeyObject, algorithm: WrappingAlgorithm, material: Uint8Array, aesKey = randomBytes(32)): Buffer => {
  const hash = algorithm.endsWith('SHA_1') ? 'sha1' : 'sha256';
  if (algorithm.startsWith('RSAES')) return oaep(key, hash, material);
  return Buffer.concat([oaep(key, hash, aesKey), aeskwp(aesKey).encrypt(material)]);
};

const algorithms = [
  'RSAES_OAEP_SHA_1',
  'RSAES_OAEP_SHA_256',
  'RSA_AES_KEY_WRAP_SHA_1',
  'RSA_AES_KEY_WRAP_SHA_256',
] as const;

describe.each(algorithms)('material wrapped with %s', (algorithm) => {
  const material = randomBytes(32);
  const wrapped = wrap(publicKey, algorithm, material);
  const unwrap = (bytes: Uint8Array, key = privateKey) => unwrapImported(key, algorithm, bytes);

  it.each(Object.values(wrappingKeyBits))('comes out under a key of %i bits', (bits) => {
    const pair = pairs[bits];
    expect(unwrap(wrap(pair.publicKey, algorithm, material), pair.privateKey)).toEqual(material);
  });

  it('is refused under another key, with any byte changed, and with bytes missing or too many', () => {
    expect(unwrap(wrapped, another)).toBeUndefined();
    expect(unwrap(wrapped, pairs[3072].privateKey)).toBeUndefined();
    for (let index = 0; index < wrapped.length; index += 9) {
      const changed = Buffer.from(wrapped);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      expect(unwrap(changed)).toBeUndefined();
    }
    for (const length of [0, 1, 8, 255, wrapped.length - 1, wrapped.length - 8]) {
      expect(unwrap(wrapped.subarray(0, length))).toBeUndefined();
    }
    for (const length of [1, 8]) expect(unwrap(Buffer.concat([wrapped, Buffer.alloc(length)]))).toBeUndefined();
  });

  it.each(algorithms.filter((other) => other !== algorithm))('is refused as %s', (other) => {
    expect(unwrapImported(privateKey, other, wrapped)).toBeUndefined();
  });

  it.each(Object.values(wrappingKeyBits))(
    'has the length of the modulus of %i bits, and AES-KWP adds to it',
    (bits) => {
      const fits = (length: number) => isWrappedLength(pairs[bits].privateKey, algorithm, length);
      const size = bits / 8;
      const longer = algorithm.startsWith('RSA_AES');
      expect([0, 1, size - 1].filter(fits)).toEqual([]);
      expect([size, size + 1, size + 40].filter(fits)).toEqual(longer ? [size + 1, size + 40] : [size]);
      expect(fits(wrap(pairs[bits].publicKey, algorithm, material).length)).toBe(true);
    },
  );

  it('is not any bytes whatever', () => {
    const junk = fc.oneof(
      fc.uint8Array({ maxLength: 320 }),
      fc.uint8Array({ minLength: 256, maxLength: 256 }),
      fc.uint8Array({ minLength: 296, maxLength: 296 }),
    );
    fc.assert(
      fc.property(junk, (bytes) => unwrap(bytes) === undefined),
      { numRuns: 30 },
    );
  });

  it('needs an RSA private key: RangeError', () => {
    expect(() => unwrap(wrapped, publicKey)).toThrow(new RangeError('key: expected rsa private, got rsa public'));
    const ed25519 = generateKeyPairSync('ed25519').privateKey;
    expect(() => unwrap(wrapped, ed25519)).toThrow(new RangeError('key: expected rsa private, got ed25519 private'));
  });
});

describe.each(['RSA_AES_KEY_WRAP_SHA_1', 'RSA_AES_KEY_WRAP_SHA_256'] as const)(
  'material wrapped with %s',
  (algorithm) => {
    it.each([
      ['one byte', randomBytes(1)],
      ['a private key on P-521', generateEc('P-521')],
      ['a private key of RSA with 4096 bits', pairs[4096].privateKey.export({ type: 'pkcs8', format: 'der' })],
    ])('may be %s', (_, material) => {
      expect(unwrapImported(privateKey, algorithm, wrap(publicKey, algorithm, material))).toEqual(material);
    });

    it.each([16, 24, 31, 33, 64])('is refused below an AES key of %i bytes', (length) => {
      const hash = algorithm.endsWith('SHA_1') ? 'sha1' : 'sha256';
      const aesKey = randomBytes(length);
      const rest = [16, 24].includes(length) ? aeskwp(aesKey).encrypt(randomBytes(32)) : randomBytes(40);
      expect(
        unwrapImported(privateKey, algorithm, Buffer.concat([oaep(publicKey, hash, aesKey), rest])),
      ).toBeUndefined();
    });
  },
);

it('has no room under RSA-OAEP for a private key on P-521 and 2048 bits of modulus', () => {
  for (const algorithm of ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const) {
    expect(() => wrap(publicKey, algorithm, generateEc('P-521'))).toThrow();
    const roomy = pairs[4096];
    const material = generateEc('P-521');
    expect(unwrapImported(roomy.privateKey, algorithm, wrap(roomy.publicKey, algorithm, material))).toEqual(material);
  }
});

describeOpenSsl('material which the openssl command wrapped', ({ run, file }) => {
  const material = generateEc('P-384');

  it.each(['sha1', 'sha256'] as const)('comes out, RSA-OAEP with %s and AES-KWP', (hash) => {
    const key = file('public.pem', Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })));
    const aesKey = randomBytes(32);
    const cipher = ['-id-aes256-wrap-pad', '-K', aesKey.toString('hex'), '-iv', 'A65959A6'];
    const below = run('enc', '-e', ...cipher, '-in', file('material', material));
    const options = ['rsa_padding_mode:oaep', `rsa_oaep_md:${hash}`, `rsa_mgf1_md:${hash}`];
    const pkeyopt = options.flatMap((option) => ['-pkeyopt', option]);
    const above = run('pkeyutl', '-encrypt', '-pubin', '-inkey', key, ...pkeyopt, '-in', file('aes', aesKey));
    const algorithm = hash === 'sha1' ? 'RSA_AES_KEY_WRAP_SHA_1' : 'RSA_AES_KEY_WRAP_SHA_256';
    expect(unwrapImported(privateKey, algorithm, Buffer.concat([above, below]))).toEqual(material);
  });
});

describe('importedMaterialId', () => {
  const KeyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
  const material = Buffer.from(Array.from({ length: 32 }, (_, i) => i));

  it('is 64 hex digits, which never change: those of HKDF, put together by hand with noble', () => {
    const id = importedMaterialId(KeyId, material);
    const salt = Buffer.from('serverless-kms imported key material id v1');
    const info = Buffer.concat([Buffer.of(0, 0, 0, KeyId.length), Buffer.from(KeyId)]);
    expect(id).toBe(Buffer.from(hkdf(sha256, material, salt, info, 32)).toString('hex'));
    expect(id).toBe('bc08236a1fa5e6957817a7302ef88e8b40be039222da741a43f16c443c3d1e1e');
  });

  it('is another one for another key or other material', () => {
    const ids = [
      importedMaterialId(KeyId, material),
      importedMaterialId('mrk-1234abcd12ab34cd56ef1234567890ab', material),
      importedMaterialId(KeyId, Buffer.alloc(32)),
      importedMaterialId(KeyId, Buffer.alloc(33)), // zeros at the end count
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is no MAC under the material, of whatever it is made of', () => {
    const salt = Buffer.from('serverless-kms imported key material id v1');
    const texts = [Buffer.from(KeyId), salt, Buffer.concat([salt, Buffer.from(KeyId)])];
    const macs = texts.map((text) => mac('sha256', material, text).toString('hex'));
    expect(macs).not.toContain(importedMaterialId(KeyId, material));
  });

  it('leaves the material as it was', () => {
    const before = Buffer.from(material);
    importedMaterialId(KeyId, material);
    expect(material).toEqual(before);
  });
});
