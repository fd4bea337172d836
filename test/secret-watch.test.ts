import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryOf } from '../lambdas/pipeline/audit-entry.ts';
import { importing } from './importing.ts';
import { newSecretWatch } from './secret-watch.ts';
import { newService, type Service } from './service.ts';
import { watchedLog } from './watched.ts';

const secret = Buffer.from('0f8b1cfa3ef2a07f5d6677f0b4c4d6e1905eb8a2d7fe', 'hex');
const long = randomBytes(3000);
const watch = newSecretWatch();
watch.keep('the secret', secret);
watch.keep('the long one', long);
watch.keep('the words', 'attack "at dawn"');
const tells = (text: string) => {
  try {
    watch.check(text);
    return 'nothing';
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
};
const within = (bytes: Uint8Array, before: number) => Buffer.concat([randomBytes(before), bytes, randomBytes(7)]);

describe('a secret is found', () => {
  it.each([
    ['in hex', secret.toString('hex')],
    ['in hex of upper case', secret.toString('hex').toUpperCase()],
    ['in base64', secret.toString('base64')],
    ['in base64url', secret.toString('base64url')],
    ...[0, 1, 2].map((before) => [`in base64 of more, ${before} bytes in`, within(secret, before).toString('base64')]),
    ['in hex of more', within(secret, 3).toString('hex')],
    ['decoded as if it were text', secret.toString('latin1')],
    ['decoded as text with characters replaced', secret.toString()],
  ])('%s', (_, text = '') => {
    expect(tells(JSON.stringify({ errorMessage: `it was x${text}` }))).toContain('the secret');
  });

  it.each([
    ['its beginning', long.subarray(0, 40)],
    ['its end', long.subarray(-40)],
  ])('by %s, when it is long', (_, part) => {
    expect(tells(part.toString('base64'))).toContain('the long one');
    expect(tells(part.toString('hex'))).toContain('the long one');
  });

  it('as words, with what JSON makes of them', () => {
    expect(tells(JSON.stringify({ text: 'they attack "at dawn" again' }))).toContain('the words, raw');
  });

  it('as bytes that nobody turned into text', () => {
    expect(tells(JSON.stringify({ output: { Plaintext: randomBytes(8) } }))).toContain('bytes as they are');
    expect(tells(JSON.stringify({ output: { Plaintext: new Uint8Array([1, 2, 3, 4]) } }))).toContain('as they are');
  });

  it('and not told by the complaint', () => {
    expect(tells(secret.toString('hex'))).not.toContain(secret.toString('hex'));
  });
});

it('takes other text, and does not look for what is too short to be told from chance', () => {
  watch.keep('short', 'seven c');
  watch.keep('zeros', Buffer.alloc(64));
  const text = `seven c ${Buffer.alloc(64).toString('hex')} ${secret.subarray(0, 10).toString('hex')}`;
  expect(tells(`${text} ${randomBytes(5000).toString('base64')}`)).toBe('nothing');
});

describe('the audit records of tests', () => {
  it('are refused, with the run, when one tells a secret', async () => {
    const failures: Error[] = [];
    const written: unknown[] = [];
    const write = async (record: object) => void written.push(record);
    const log = watchedLog({ write }, watch, (error) => void failures.push(error));
    await log.write(entryOf({ eventName: 'Decrypt', requestParameters: { keyId: 'alias/app' } }));
    const told = { eventName: 'Encrypt', errorMessage: `not ${secret.toString('base64')}` };
    await expect(log.write(entryOf(told))).rejects.toThrow('a secret is told: the secret, encoded');
    expect(failures).toMatchObject([{ message: 'the audit record of Encrypt' }]);
    expect(written).toHaveLength(1);
  });

  let kms: Service;
  beforeAll(async () => {
    kms = await newService();
  });
  afterAll(() => kms.close());

  const isKnown = (base64: string, what: string) => {
    expect(() => kms.secrets.check(Buffer.from(base64, 'base64').toString('hex'))).toThrow(what);
  };

  it('are looked through for what calls bring and get', async () => {
    const { KeyId } = await kms.newKey();
    const Plaintext = randomBytes(20).toString('base64');
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext });
    isKnown(Plaintext, 'Encrypt Plaintext');
    isKnown(CiphertextBlob, 'Encrypt CiphertextBlob');
    isKnown((await kms.call('GenerateDataKey', { KeyId, KeySpec: 'AES_256' })).Plaintext, 'GenerateDataKey Plaintext');
    const pair = await kms.call('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'ECC_NIST_P256' });
    isKnown(pair.PrivateKeyPlaintext, 'GenerateDataKeyPair PrivateKeyPlaintext');
    isKnown((await kms.call('GenerateRandom', { NumberOfBytes: 32 })).Plaintext, 'GenerateRandom Plaintext');
    const refused = randomBytes(20).toString('base64');
    await kms.call('Encrypt', { KeyId: 'alias/nobody', Plaintext: refused });
    isKnown(refused, 'Encrypt Plaintext');
  });

  it('are looked through for key material and grant tokens', async () => {
    const { KeyId } = await kms.newKey({ Origin: 'EXTERNAL' });
    const material = randomBytes(32);
    expect((await importing(kms, KeyId, material)).status).toBe(200);
    isKnown(material.toString('base64'), 'key material');
    const grant = { KeyId, GranteePrincipal: 'arn:aws:iam::111122223333:user/bob', Operations: ['Decrypt'] };
    const { GrantToken } = await kms.call('CreateGrant', grant);
    expect(() => kms.secrets.check(`with ${GrantToken}`)).toThrow('CreateGrant GrantToken');
  });
});
