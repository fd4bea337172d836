import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { generateRsa } from '../../core/crypto/rsa-key.ts';
import { openImportToken, sealImportToken } from '../../lambdas/import-token.ts';

const root = { version: 3, key: randomBytes(32) };
const owner = { AccountId: '111122223333', KeyId: 'key-one', KeySpec: 'SYMMETRIC_DEFAULT' } as const;
const validTo = new Date('2026-11-22T12:00:00.125Z');
const token = (privateKey: Buffer = randomBytes(100)) =>
  sealImportToken(root, owner, { validTo, algorithm: 'RSA_AES_KEY_WRAP_SHA_1', privateKey }, randomBytes(12));

it('gives back what was sealed in it', () => {
  const privateKey = randomBytes(100);
  const sealed = token(privateKey);
  expect(openImportToken(root, owner, sealed)).toEqual({ validTo, algorithm: 'RSA_AES_KEY_WRAP_SHA_1', privateKey });
});

it('leaves the private key it is given as it was', () => {
  const privateKey = randomBytes(100);
  const before = Buffer.from(privateKey);
  token(privateKey);
  expect(privateKey).toEqual(before);
});

it.each([
  ['another account', { ...owner, AccountId: '444455556666' }],
  ['another key', { ...owner, KeyId: 'key-two' }],
  ['another key spec', { ...owner, KeySpec: 'HMAC_256' }],
  ['fields that only add up to the same text', { ...owner, AccountId: '111122223333k', KeyId: 'ey-one' }],
] as const)('does not open for %s', (_, other) => {
  expect(openImportToken(root, other, token())).toBeUndefined();
});

it('does not open under another root, or as one of another version', () => {
  expect(openImportToken({ ...root, key: randomBytes(32) }, owner, token())).toBeUndefined();
  const renamed = token();
  renamed.writeUInt32BE(4, 1);
  expect(openImportToken(root, owner, renamed)).toBeUndefined();
  expect(openImportToken({ ...root, version: 4 }, owner, renamed)).toBeUndefined();
  expect(openImportToken({ ...root, version: 4 }, owner, token())).toBeUndefined();
});

it('is none when it is changed anywhere, or has another length', () => {
  const sealed = token();
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(at) ^ 0x80, at);
    expect(openImportToken(root, owner, changed)).toBeUndefined();
  }
  for (let length = 0; length < sealed.length; length += 1) {
    expect(openImportToken(root, owner, sealed.subarray(0, length))).toBeUndefined();
  }
  expect(openImportToken(root, owner, Buffer.concat([sealed, Buffer.of(0)]))).toBeUndefined();
});

it('holds the largest wrapping key within the 6,144 bytes that AWS allows', async () => {
  expect(token(await generateRsa(4096)).length).toBeLessThan(6144);
});
