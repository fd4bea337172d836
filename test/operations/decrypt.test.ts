import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { creationFor, type Parameters } from '../requests.ts';
import { accountId, newService, otherAccountId, type Service, type ServiceRegion, userOf } from '../service.ts';

let kms: Service;
let key: { KeyId: string; Arn: string };
const Plaintext = Buffer.from('attack at dawn');
beforeAll(async () => {
  kms = await newService();
  key = await kms.newKey();
});
afterAll(() => kms.close());

const encrypt = async (parameters: object = {}) => {
  const { CiphertextBlob } = await kms.call('Encrypt', { KeyId: key.KeyId, Plaintext, ...parameters });
  return Buffer.from(CiphertextBlob, 'base64');
};
const invalid = { status: 400, __type: 'InvalidCiphertextException' };
const incorrect = {
  status: 400,
  __type: 'IncorrectKeyException',
  message: 'The key ID in the request does not identify a CMK that can perform this operation.',
};

it.each([1, 15, 16, 17, 4095, 4096])('gives back %i bytes', async (length) => {
  const plaintext = randomBytes(length);
  const CiphertextBlob = await encrypt({ Plaintext: plaintext });
  const { Plaintext: found } = await kms.call('Decrypt', { CiphertextBlob });
  expect(Buffer.from(found, 'base64').equals(plaintext)).toBe(true);
  expect(CiphertextBlob.length).toBeLessThanOrEqual(6144);
});

it('never sees the same blob twice for the same plaintext', async () => {
  const blobs = await Promise.all(Array.from({ length: 20 }, () => encrypt()));
  expect(new Set(blobs.map((blob) => blob.toString('hex'))).size).toBe(20);
});

it('opens the blob of a key that is named in any form', async () => {
  const CiphertextBlob = await encrypt();
  await kms.call('CreateAlias', { AliasName: 'alias/opening', TargetKeyId: key.KeyId });
  const forms = [undefined, key.KeyId, key.Arn, 'alias/opening', `arn:aws:kms:us-east-1:${accountId}:alias/opening`];
  for (const KeyId of forms) {
    const opened = await kms.call('Decrypt', { CiphertextBlob, KeyId });
    expect(opened).toMatchObject({ status: 200, KeyId: key.Arn, Plaintext: Plaintext.toString('base64') });
  }
});

it('tells which key material opened it', async () => {
  const { KeyMetadata } = await kms.call('DescribeKey', { KeyId: key.KeyId });
  const { KeyMaterialId } = await kms.call('Decrypt', { CiphertextBlob: await encrypt() });
  expect(KeyMaterialId).toBe(KeyMetadata.CurrentKeyMaterialId);
});

describe('refuses with IncorrectKeyException', () => {
  it('another key of the same kind', async () => {
    const { KeyId } = await kms.newKey();
    expect(await kms.call('Decrypt', { CiphertextBlob: await encrypt(), KeyId })).toMatchObject(incorrect);
  });

  it.each([
    ['of another usage', creationFor('SIGN_VERIFY')],
    ['of another usage', creationFor('GENERATE_VERIFY_MAC')],
    ['of another spec', { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }],
  ])('a key %s: %j', async (_, creation) => {
    const { KeyId } = await kms.newKey(creation);
    expect(await kms.call('Decrypt', { CiphertextBlob: await encrypt(), KeyId })).toMatchObject(incorrect);
  });

  describe('the multi-Region key by its ARN of another Region,', () => {
    let there: ServiceRegion;
    let CiphertextBlob: Buffer;
    let Arn: string;
    let KeyId: string;
    beforeAll(async () => {
      there = await kms.inRegion('us-west-2');
      ({ Arn, KeyId } = await kms.newKey({ MultiRegion: true }));
      CiphertextBlob = await encrypt({ KeyId });
    });

    it('whether it has a replica here or not', async () => {
      const asked = { CiphertextBlob, KeyId: Arn };
      expect(await there.call('Decrypt', asked)).toMatchObject(incorrect);
      await kms.call('ReplicateKey', { KeyId, ReplicaRegion: 'us-west-2' });
      kms.moveClock(1);
      expect(await there.call('Decrypt', asked)).toMatchObject(incorrect);
      for (const named of [undefined, KeyId, Arn.replace('us-east-1', 'us-west-2')]) {
        expect(await there.call('Decrypt', { CiphertextBlob, KeyId: named })).toMatchObject({ status: 200 });
      }
    });

    it('as the source of ReEncrypt too', async () => {
      const asked = { CiphertextBlob, SourceKeyId: Arn, DestinationKeyId: KeyId };
      expect(await there.call('ReEncrypt', asked)).toMatchObject(incorrect);
    });

    it('but misses a key that did not make the ciphertext, or of which the ciphertext says nothing', async () => {
      const missed = { status: 400, __type: 'NotFoundException', message: 'Invalid arn us-east-1' };
      const other = await kms.newKey({ MultiRegion: true });
      const oaep = 'RSAES_OAEP_SHA_256';
      for (const asked of [
        { KeyId: other.Arn },
        { KeyId: key.Arn, CiphertextBlob: await encrypt() },
        { KeyId: Arn, CiphertextBlob: Buffer.from('no blob') },
        { KeyId: Arn, EncryptionAlgorithm: oaep },
        { KeyId: Arn, DryRun: true, DryRunModifiers: ['IGNORE_CIPHERTEXT'] },
        { KeyId: `arn:aws:kms:us-east-1:${accountId}:alias/opening` },
      ]) {
        expect(await there.call('Decrypt', { CiphertextBlob, ...asked })).toMatchObject(missed);
      }
    });
  });
});

describe('refuses with InvalidCiphertextException, and no word more,', () => {
  const refused = async (parameters: Parameters) => {
    const answer = await kms.call('Decrypt', parameters);
    expect(answer).toEqual({ ...invalid, requestId: answer.requestId });
  };

  it('what is no blob, whether a key is named or not', async () => {
    const { KeyId } = key;
    for (const CiphertextBlob of [Buffer.of(0), Buffer.from('hello'), randomBytes(93), Buffer.alloc(6144)]) {
      await refused({ CiphertextBlob });
      await refused({ CiphertextBlob, KeyId });
    }
  });

  it('a blob in which any one bit was changed, but the id of the key', async () => {
    const blob = await encrypt();
    const { KeyId } = key;
    for (let at = 0; at < blob.length; at += 1) {
      const isKeyId = at >= 1 && at < 18;
      const changed = Buffer.from(blob);
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      if (isKeyId) expect((await kms.call('Decrypt', { CiphertextBlob: changed, KeyId })).status).toBe(400);
      else await refused({ CiphertextBlob: changed, KeyId });
    }
  });

  it('a blob that was cut or lengthened', async () => {
    const blob = await encrypt();
    for (const length of [1, 77, 78, 93, 94, blob.length - 1])
      await refused({ CiphertextBlob: blob.subarray(0, length) });
    await refused({ CiphertextBlob: Buffer.concat([blob, Buffer.of(0)]) });
  });

  it('another context: more, fewer, other pairs', async () => {
    const CiphertextBlob = await encrypt({ EncryptionContext: { a: '1', b: '2' } });
    const others = [undefined, {}, { a: '1' }, { a: '1', b: '2', c: '3' }, { a: '2', b: '1' }, { A: '1', b: '2' }];
    for (const EncryptionContext of others) await refused({ CiphertextBlob, EncryptionContext });
    await refused({ CiphertextBlob: await encrypt(), EncryptionContext: { a: '1' } });
  });
});

describe('the encryption context', () => {
  it.each([
    ['in another order', { a: '1', b: '2' }, { b: '2', a: '1' }],
    ['empty, which is none', {}, undefined],
    ['with numbers and booleans, which are texts', { n: 1, b: true }, { n: '1', b: 'true' }],
    ['with characters of all planes', { 'schlüssel\u{1F511}': '\u{10FFFF}' }, { 'schlüssel\u{1F511}': '\u{10FFFF}' }],
    ['with keys of AWS', { 'aws:owner': 'x' }, { 'aws:owner': 'x' }],
    ['with an empty key and value', { '': '' }, { '': '' }],
    ['of many pairs', Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, `v${i}`])), undefined],
  ])('opens %s', async (_, given, same) => {
    const CiphertextBlob = await encrypt({ EncryptionContext: given });
    const opened = await kms.call('Decrypt', { CiphertextBlob, EncryptionContext: same ?? given });
    expect(opened).toMatchObject({ status: 200 });
  });

  it('binds a pair named __proto__ as any other', async () => {
    const send = (name: 'Encrypt' | 'Decrypt', parameters: object, context: string) =>
      kms.send(name, JSON.stringify(parameters).replace('"CONTEXT"', context));
    const parameters = { KeyId: key.KeyId, EncryptionContext: 'CONTEXT' };
    const given = '{"__proto__":"x"}';
    const { CiphertextBlob } = await send('Encrypt', { ...parameters, Plaintext: 'AAAA' }, given);
    expect((await send('Decrypt', { ...parameters, CiphertextBlob }, given)).status).toBe(200);
    expect(await send('Decrypt', { ...parameters, CiphertextBlob }, '{}')).toMatchObject(invalid);
    expect(await send('Decrypt', { ...parameters, CiphertextBlob }, '{"__proto__":"y"}')).toMatchObject(invalid);
  });

  it('tells composed from decomposed characters', async () => {
    const CiphertextBlob = await encrypt({ EncryptionContext: { k: '\u00e9' } });
    expect(await kms.call('Decrypt', { CiphertextBlob, EncryptionContext: { k: 'e\u0301' } })).toMatchObject(invalid);
  });
});

it('hides from another account whether the key behind a ciphertext exists', async () => {
  const CiphertextBlob = await encrypt();
  const ofNobody = Buffer.from(CiphertextBlob);
  ofNobody.fill(7, 2, 18);
  kms.as(userOf(otherAccountId, 'partner'));
  const message = `User: arn:aws:iam::${otherAccountId}:user/partner is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`;
  const denied = { status: 400, __type: 'AccessDeniedException', message };
  expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject(denied);
  expect(await kms.call('Decrypt', { CiphertextBlob: ofNobody })).toMatchObject(denied);
  kms.as(userOf(accountId, 'admin'));
  expect(await kms.call('Decrypt', { CiphertextBlob: ofNobody })).toMatchObject({ __type: 'AccessDeniedException' });
});

it('opens what was encrypted before the key was disabled and enabled again', async () => {
  const CiphertextBlob = await encrypt();
  await kms.call('DisableKey', { KeyId: key.KeyId });
  const message = `${key.Arn} is disabled.`;
  expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ __type: 'DisabledException', message });
  await kms.call('EnableKey', { KeyId: key.KeyId });
  expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
});

it('opens the blob of a multi-Region key', async () => {
  const { KeyId, Arn } = await kms.newKey({ MultiRegion: true });
  const CiphertextBlob = await encrypt({ KeyId });
  expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200, KeyId: Arn });
});

it('refuses an algorithm that does not fit the key, and asks for the key under any other than the symmetric one', async () => {
  const asked = { CiphertextBlob: await encrypt(), EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' };
  const message = 'Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT.';
  const refused = { status: 400, __type: 'InvalidKeyUsageException', message };
  expect(await kms.call('Decrypt', { ...asked, KeyId: key.KeyId })).toMatchObject(refused);
  const noKey = { status: 400, __type: 'ValidationException', message: 'KeyId must not be null' };
  expect(await kms.call('Decrypt', asked)).toMatchObject(noKey);
});
