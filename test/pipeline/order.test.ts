import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KmsError } from '../../core/model/errors.ts';
import type { OperationName } from '../../lambdas/operations/index.ts';
import { creationFor, type Parameters, putInState } from '../requests.ts';
import { accountId, newService, otherAccountId, type Service, userOf } from '../service.ts';

/**
 * The order of checks is observable API. Each test sends a request that is wrong in every way, mends one thing at a time,
 * and sees the next error come up.
 */
let kms: Service;
let authenticated: boolean;
beforeAll(async () => {
  const admin = userOf(accountId, 'admin');
  const authenticate = () => {
    if (!authenticated) throw new KmsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
    return admin;
  };
  authenticated = true;
  kms = await newService({ authenticate });
});
afterAll(() => kms.close());
beforeEach(() => {
  authenticated = true;
});

const foreignArn = `arn:aws:kms:us-east-1:${otherAccountId}:key/12345678-1234-1234-1234-123456789012`;
const unknownId = '12345678-1234-1234-1234-123456789012';

/** Sends a request after each mend, and tells the error of each. */
const mend = async (
  name: OperationName,
  start: Parameters,
  ...mends: readonly (Parameters | (() => Promise<unknown>))[]
) => {
  let request = start;
  const told = [(await kms.call(name, request)).__type ?? 'success'];
  for (const step of mends) {
    if (typeof step === 'function') await step();
    else request = { ...request, ...step };
    told.push((await kms.call(name, request)).__type ?? 'success');
  }
  return told;
};

describe('before a key is looked for', () => {
  it('judges content type, JSON, types, caller, bounds, members together, then the recipient', async () => {
    authenticated = false;
    const refusal = async (body: string, contentType?: string) =>
      (await kms.send('GenerateDataKey', body, contentType)).__type;
    const wrong = { KeyId: unknownId, NumberOfBytes: 0, Recipient: {} };
    expect(await refusal('{', 'text/plain')).toBe('UnknownOperationException');
    expect(await refusal('{')).toBe('SerializationException');
    expect(await refusal('{"KeyId":1}')).toBe('SerializationException');
    expect(await refusal(JSON.stringify(wrong))).toBe('MissingAuthenticationTokenException');
    authenticated = true;
    const mends = [{ NumberOfBytes: 1, KeySpec: 'AES_256' }, { KeySpec: undefined }, { Recipient: undefined }];
    expect(await mend('GenerateDataKey', wrong, ...mends)).toEqual([
      'ValidationException',
      'ValidationException',
      'UnsupportedOperationException',
      'NotFoundException',
    ]);
  });

  it('judges a marker after all bounds', async () => {
    expect(await mend('ListKeys', { Marker: 'bad', Limit: 0 }, { Limit: 1 }, { Marker: undefined })).toEqual([
      'ValidationException',
      'InvalidMarkerException',
      'success',
    ]);
  });
});

describe('with a key', () => {
  it('judges form, place, existence, account, tokens, usage, state, algorithm, size, then the dry run', async () => {
    const forSigning = await kms.newKey(creationFor('SIGN_VERIFY'));
    const rsa = await kms.newKey(creationFor('ENCRYPT_DECRYPT', 'RSA_2048'));
    await putInState(kms, forSigning.KeyId, 'Disabled');
    await putInState(kms, rsa.KeyId, 'Disabled');
    const start = { KeyId: '!', Plaintext: Buffer.alloc(300), GrantTokens: ['token'], DryRun: true };
    const told = await mend(
      'Encrypt',
      start,
      { KeyId: foreignArn.replace('us-east-1', 'us-west-2') },
      { KeyId: unknownId },
      { KeyId: foreignArn },
      { KeyId: forSigning.KeyId },
      { GrantTokens: [] },
      { KeyId: rsa.KeyId },
      () => putInState(kms, rsa.KeyId, 'Enabled'),
      { EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' },
      { Plaintext: Buffer.alloc(190) },
      { DryRun: false },
    );
    expect(told).toEqual([
      'NotFoundException',
      'NotFoundException',
      'NotFoundException',
      'AccessDeniedException',
      'InvalidGrantTokenException',
      'InvalidKeyUsageException',
      'DisabledException',
      'InvalidKeyUsageException',
      'ValidationException',
      'DryRunOperationException',
      'success',
    ]);
  });

  it('judges the form of a ciphertext and its key before usage, state and algorithm, its content last', async () => {
    const mac = await kms.newKey(creationFor('GENERATE_VERIFY_MAC'));
    const right = await kms.newKey();
    const context = { EncryptionContext: { a: 'b' } };
    const { CiphertextBlob } = await kms.call('Encrypt', {
      KeyId: right.KeyId,
      Plaintext: Buffer.from('p'),
      ...context,
    });
    await putInState(kms, mac.KeyId, 'Disabled');
    await putInState(kms, right.KeyId, 'Disabled');
    const told = await mend(
      'Decrypt',
      { KeyId: mac.KeyId, CiphertextBlob: Buffer.from('no blob'), DryRun: true },
      { CiphertextBlob },
      { EncryptionAlgorithm: 'RSAES_OAEP_SHA_1' },
      { KeyId: right.KeyId },
      () => putInState(kms, right.KeyId, 'Enabled'),
      { EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
      context,
      { DryRun: false },
    );
    expect(told).toEqual([
      'InvalidCiphertextException',
      'IncorrectKeyException',
      'InvalidKeyUsageException', // under another algorithm a ciphertext names no key
      'DisabledException',
      'InvalidKeyUsageException',
      'InvalidCiphertextException',
      'DryRunOperationException',
      'success',
    ]);
  });

  it('judges where the material comes from before the state, and the type of key after it, as AWS does', async () => {
    const origin = await kms.newKey({ Origin: 'EXTERNAL' });
    expect(await kms.call('EnableKeyRotation', { KeyId: origin.KeyId })).toMatchObject({
      __type: 'UnsupportedOperationException',
      message: `${origin.Arn} origin is EXTERNAL which is not valid for this operation.`,
    });
    const forSigning = await kms.newKey(creationFor('SIGN_VERIFY'));
    const told = await mend('RotateKeyOnDemand', { KeyId: forSigning.KeyId });
    await putInState(kms, forSigning.KeyId, 'Disabled');
    told.push(...(await mend('RotateKeyOnDemand', { KeyId: forSigning.KeyId })));
    expect(told).toEqual(['UnsupportedOperationException', 'DisabledException']);
  });

  it('judges the role among the keys of a multi-Region key before the state', async () => {
    const [single, primary] = [await kms.newKey(), await kms.newKey({ MultiRegion: true })];
    for (const { KeyId } of [single, primary]) await putInState(kms, KeyId, 'Disabled');
    const told = await mend(
      'ReplicateKey',
      { KeyId: single.KeyId, ReplicaRegion: 'us-east-1' },
      { KeyId: primary.KeyId },
      () => putInState(kms, primary.KeyId, 'Enabled'),
    );
    expect(told).toEqual(['UnsupportedOperationException', 'DisabledException', 'ValidationException']);
  });

  it('finds all keys, then asks for permission, then judges one key after the other', async () => {
    const [source, destination] = [await kms.newKey(), await kms.newKey(creationFor('GENERATE_VERIFY_MAC'))];
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId: source.KeyId, Plaintext: Buffer.from('p') });
    await putInState(kms, source.KeyId, 'Disabled');
    await putInState(kms, destination.KeyId, 'PendingDeletion');
    const told = await mend(
      'ReEncrypt',
      { CiphertextBlob, SourceKeyId: foreignArn, DestinationKeyId: unknownId },
      { SourceKeyId: source.Arn },
      { DestinationKeyId: destination.Arn, GrantTokens: ['token'] },
      { GrantTokens: undefined },
      () => putInState(kms, source.KeyId, 'Enabled'),
    );
    expect(told).toEqual([
      'AccessDeniedException',
      'NotFoundException',
      'InvalidGrantTokenException',
      'DisabledException',
      'InvalidKeyUsageException',
    ]);
  });
});
