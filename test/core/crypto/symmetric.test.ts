import { createHash, randomBytes } from 'node:crypto';
import { gcm } from '@noble/ciphers/aes.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decrypt, encrypt } from '../../../core/crypto/symmetric.ts';
import { parseBlob } from '../../../core/model/ciphertext-blob.ts';
import { type EncryptionContext, encodeEncryptionContext } from '../../../core/model/encryption-context.ts';
import { anyText } from '../../any-text.ts';
import vectors from '../../vectors/ciphertext-blob.json' with { type: 'json' };
import { hex } from '../../vectors.ts';

const material = randomBytes(32);
const ids = {
  KeyId: '1234abcd-12ab-34cd-56ef-1234567890ab',
  KeyMaterialId: createHash('sha256').update('material').digest('hex'),
};
const fresh = () => ({ nonce: randomBytes(16), iv: randomBytes(12) });

const open = (blob: Uint8Array, context?: EncryptionContext, key: Uint8Array = material): Buffer | undefined => {
  const parsed = parseBlob(blob);
  return parsed && decrypt(key, parsed, context);
};

describe.each(vectors.cases)('our vector "$name"', ({ KeyId, plaintext, EncryptionContext, encodedContext, blob }) => {
  const { KeyMaterialId } = vectors;
  const key = hex(vectors.material);

  it('is what encrypt makes', () => {
    const made = encrypt(key, { KeyId, KeyMaterialId }, hex(plaintext), EncryptionContext, {
      nonce: hex(vectors.nonce),
      iv: hex(vectors.iv),
    });
    expect(made.toString('hex')).toBe(blob);
  });

  it('opens', () => {
    expect(parseBlob(hex(blob))).toMatchObject({ KeyId, KeyMaterialId });
    expect(open(hex(blob), EncryptionContext, key)?.toString('hex')).toBe(plaintext);
  });

  it('opens by noble, with every input put together by hand', () => {
    const fixed = Buffer.from('serverless-kms symmetric encryption v1\0');
    const kdfInput = Buffer.concat([Buffer.of(0, 0, 0, 1), fixed, hex(vectors.nonce), Buffer.of(0, 0, 1, 0)]);
    const aad = Buffer.concat([hex(blob).subarray(0, 78), hex(encodedContext)]);
    const opened = gcm(hmac(sha256, key, kdfInput), hex(vectors.iv), aad).decrypt(hex(blob).subarray(78));
    expect(Buffer.from(opened).toString('hex')).toBe(plaintext);
    expect(encodeEncryptionContext(EncryptionContext).toString('hex')).toBe(encodedContext);
  });
});

describe('encrypt and decrypt', () => {
  const text = anyText({ maxLength: 10 });
  const context = fc.option(fc.dictionary(text, text, { maxKeys: 4 }), { nil: undefined });

  it('carry any plaintext under any context, 94 bytes longer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096 }), context, (plaintext, pairs) => {
        const blob = encrypt(material, ids, plaintext, pairs, fresh());
        expect(blob).toHaveLength(plaintext.length + 94);
        expect(open(blob, pairs)).toEqual(Buffer.from(plaintext));
      }),
    );
  });

  it('refuse a blob with any single bit changed, in header, ciphertext or tag', () => {
    const pairs = { a: 'b' };
    const blob = encrypt(material, ids, Buffer.from('plaintext'), pairs, fresh());
    for (let bit = 0; bit < blob.length * 8; bit += 1) {
      const changed = Buffer.from(blob);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(open(changed, pairs)).toBeUndefined();
    }
    expect(open(blob, pairs)?.toString()).toBe('plaintext');
  });

  it('refuse a blob cut short anywhere, or with bytes after it', () => {
    const blob = encrypt(material, ids, Buffer.from('plaintext'), undefined, fresh());
    for (let length = 0; length < blob.length; length += 1) expect(open(blob.subarray(0, length))).toBeUndefined();
    expect(open(Buffer.concat([blob, Buffer.of(0)]))).toBeUndefined();
  });

  it.each<[string, EncryptionContext | undefined]>([
    ['none', undefined],
    ['less', { ab: 'c' }],
    ['more', { ab: 'c', d: 'e', f: '' }],
    ['another value', { ab: 'c', d: 'E' }],
    ['another key', { ab: 'c', D: 'e' }],
    ['lengths shifted', { a: 'bc', d: 'e' }],
    ['__proto__ besides', JSON.parse('{"ab":"c","d":"e","__proto__":"x"}')],
  ])('refuse another context: %s', (_, other) => {
    const blob = encrypt(material, ids, Buffer.from('plaintext'), { ab: 'c', d: 'e' }, fresh());
    expect(open(blob, other)).toBeUndefined();
    expect(open(blob, { d: 'e', ab: 'c' })?.toString()).toBe('plaintext');
  });

  it('refuse other material', () => {
    const blob = encrypt(material, ids, Buffer.from('plaintext'), undefined, fresh());
    expect(open(blob, undefined, randomBytes(32))).toBeUndefined();
  });

  it('take no context and an empty one for the same', () => {
    const blob = encrypt(material, ids, Buffer.from('plaintext'), {}, fresh());
    expect(open(blob, undefined)?.toString()).toBe('plaintext');
  });

  it('use a key of its own for every nonce: the same IV gives another ciphertext', () => {
    const iv = randomBytes(12);
    const sealed = () =>
      encrypt(material, ids, Buffer.alloc(64), undefined, { nonce: randomBytes(16), iv }).subarray(78);
    expect(sealed()).not.toEqual(sealed());
  });

  it('leave material, nonce and IV as they were', () => {
    const [given, inputs] = [Buffer.from(material), fresh()];
    const before = { nonce: Buffer.from(inputs.nonce), iv: Buffer.from(inputs.iv) };
    open(encrypt(given, ids, Buffer.from('plaintext'), undefined, inputs), undefined, given);
    expect(given).toEqual(material);
    expect(inputs).toEqual(before);
  });

  it.each([
    ['keyIn: expected 32 bytes, got 31', 31, 16, 12],
    ['nonce: expected 16 bytes, got 12', 32, 12, 12],
    ['iv: expected 12 bytes, got 16', 32, 16, 16],
  ])('throw the RangeError "%s"', (message, keyLength, nonceLength, ivLength) => {
    const inputs = { nonce: Buffer.alloc(nonceLength), iv: Buffer.alloc(ivLength) };
    const attempt = () => encrypt(Buffer.alloc(keyLength), ids, Buffer.alloc(1), undefined, inputs);
    expect(attempt).toThrow(new RangeError(message));
  });
});
