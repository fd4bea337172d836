import { createDecipheriv, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { fromBER } from 'asn1js';
import { ContentInfo, EnvelopedData, KeyTransRecipientInfo } from 'pkijs';
import { expect, it } from 'vitest';
import { envelop } from '../../../core/crypto/enveloped-data.ts';
import { decryptOaep } from '../../../core/crypto/rsa-oaep.ts';
import { recipientKeys } from '../../attestation.ts';
import { rsaPair } from '../../rsa-keys.ts';
import { describeOpenSsl } from './openssl.ts';

const { publicKey, privateKey } = recipientKeys;

/** A reader that takes nothing but the very bytes, in the very order, of CiphertextForRecipient as AWS KMS writes it. */
const readAsEnclavesDo = (message: Buffer, key: KeyObject): Buffer => {
  let at = 0;
  const take = (hex: string) => {
    const expected = Buffer.from(hex, 'hex');
    expect(message.subarray(at, at + expected.length).toString('hex')).toBe(hex);
    at += expected.length;
  };
  const bytes = (length: number) => {
    at += length;
    return message.subarray(at - length, at);
  };
  const length16 = () => bytes(2).readUInt16BE();
  take('3080 06092a864886f70d010703 a080 3080 020102'.replaceAll(' ', ''));
  take('3182');
  expect(length16()).toBe(363);
  take('3082');
  expect(length16()).toBe(359);
  take('020102 8020'.replaceAll(' ', ''));
  bytes(32);
  take('303c06092a864886f70d010107302fa00f300d06096086480165030402010500');
  take('a11c301a06092a864886f70d010108300d06096086480165030402010500');
  take('04820100');
  const encryptedKey = bytes(256);
  take('308006092a864886f70d010701301d060960864801650304012a0410');
  const iv = bytes(16);
  take('a08004');
  const content = bytes(bytes(1)[0] ?? 0);
  take('00'.repeat(10));
  expect(at).toBe(message.length);
  const contentKey = decryptOaep(key, 'sha256', encryptedKey) ?? Buffer.alloc(0);
  const decipher = createDecipheriv('aes-256-cbc', contentKey, iv);
  return Buffer.concat([decipher.update(content), decipher.final()]);
};

it('writes byte for byte the form that AWS KMS writes and the SDK of Nitro enclaves reads', () => {
  const plaintext = randomBytes(32);
  expect(readAsEnclavesDo(envelop(publicKey, plaintext, randomBytes), privateKey)).toEqual(plaintext);
});

it.each([2048, 3072, 4096] as const)(
  'opens with pkijs and a private key of %i bits, whatever the length',
  async (modulusLength) => {
    const pair = await rsaPair(modulusLength);
    for (const length of [0, 1, 15, 16, 32, 1000, 4096]) {
      const plaintext = randomBytes(length);
      const message = envelop(pair.publicKey, plaintext, randomBytes);
      expect(message.length).toBeLessThanOrEqual(6144); // the bound of CiphertextForRecipient
      expect(await openWithPkijs(message, pair.privateKey)).toEqual(plaintext);
    }
  },
);

const openWithPkijs = async (message: Buffer, key: KeyObject): Promise<Buffer> => {
  const info = new ContentInfo({ schema: fromBER(message).result });
  const enveloped = new EnvelopedData({ schema: info.content });
  const [recipient] = enveloped.recipientInfos;
  expect(recipient?.value).toBeInstanceOf(KeyTransRecipientInfo);
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  return Buffer.from(await enveloped.decrypt(0, { recipientPrivateKey: new Uint8Array(pkcs8).buffer }));
};

it('uses a key and an initialisation vector of its own for each message, and wipes the key', () => {
  const drawn: Buffer[] = [];
  const random = (size: number) => {
    drawn.push(randomBytes(size));
    return drawn.at(-1) ?? Buffer.alloc(0);
  };
  const plaintext = Buffer.from('attack at dawn');
  const messages = [envelop(publicKey, plaintext, random), envelop(publicKey, plaintext, random)];
  expect(messages[0]).not.toEqual(messages[1]);
  const keys = drawn.filter(({ length }) => length === 32);
  expect(keys).toHaveLength(2);
  expect(keys.every((key) => key.every((byte) => byte === 0))).toBe(true);
  expect(plaintext.toString()).toBe('attack at dawn');
});

it('does not hold the plaintext', () => {
  const plaintext = randomBytes(32);
  expect(envelop(publicKey, plaintext, randomBytes).includes(plaintext)).toBe(false);
});

it('refuses a key that is not RSA public', () => {
  const onCurve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  for (const key of [onCurve, privateKey]) expect(() => envelop(key, Buffer.of(1), randomBytes)).toThrow(RangeError);
});

describeOpenSsl('EnvelopedData beside openssl cms', (openssl) => {
  it.each([1, 16, 4096])('opens with openssl: %i bytes', (length) => {
    const plaintext = randomBytes(length);
    const message = openssl.file('message.ber', envelop(publicKey, plaintext, randomBytes));
    const key = openssl.file('key.pem', Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' })));
    const opened = openssl.run('cms', '-decrypt', '-binary', '-inform', 'DER', '-in', message, '-inkey', key);
    expect(opened).toEqual(plaintext);
  });

  it('does not open with another key', async () => {
    const message = openssl.file('message.ber', envelop(publicKey, randomBytes(16), randomBytes));
    const { privateKey: other } = await rsaPair(2048, 1);
    const key = openssl.file('other.pem', Buffer.from(other.export({ format: 'pem', type: 'pkcs8' })));
    const decrypt = ['cms', '-decrypt', '-debug_decrypt', '-inform', 'DER', '-in', message, '-inkey', key];
    expect(openssl.accepts(...decrypt)).toBe(false);
  });
});
