import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptedBy, everyOperation, putInState, validRequest } from '../requests.ts';
import { newService, type Service } from '../service.ts';

let kms: Service;
beforeAll(async () => {
  kms = await newService();
});
afterAll(() => kms.close());

const wouldHaveSucceeded = {
  status: 400,
  __type: 'DryRunOperationException',
  message: 'The request would have succeeded, but the DryRun option is set.',
};

const dryOperations = everyOperation.filter(([, { input }]) => 'DryRun' in input);

describe.each(dryOperations)('a dry run of %s', (name, operation) => {
  it('answers with an error in place of the result', async () => {
    const { parameters } = await validRequest(kms, operation);
    const answer = await kms.call(name, { ...parameters, DryRun: true });
    expect(answer).toEqual({ ...wouldHaveSucceeded, requestId: answer.requestId });
  });

  const refusing = Object.values(operation.keys).filter((target) => !acceptedBy(target).includes('Disabled'));
  it.each(refusing)('answers with the real error where there is one: $from is disabled', async () => {
    const { parameters, keys } = await validRequest(kms, operation);
    for (const { KeyId } of Object.values(keys)) await putInState(kms, KeyId, 'Disabled');
    expect(await kms.call(name, { ...parameters, DryRun: true })).toMatchObject({ __type: 'DisabledException' });
  });

  it.each([false, null])('is none when DryRun is %s', async (DryRun) => {
    const { parameters } = await validRequest(kms, operation);
    expect(await kms.call(name, { ...parameters, DryRun })).toMatchObject({ status: 200 });
  });
});

it('is offered by the operations that have it at AWS', () => {
  const names = dryOperations.map(([name]) => name);
  const declared = everyOperation.map(([name]) => name);
  const atAws = [
    'CreateGrant',
    'Decapsulate',
    'Decrypt',
    'DeriveSharedSecret',
    'Encapsulate',
    'Encrypt',
    'GenerateDataKey',
    'GenerateDataKeyPair',
    'GenerateDataKeyPairWithoutPlaintext',
    'GenerateDataKeyWithoutPlaintext',
    'GenerateMac',
    'ReEncrypt',
    'RetireGrant',
    'RevokeGrant',
    'Sign',
    'Verify',
    'VerifyMac',
  ];
  expect(atAws).toHaveLength(17);
  expect(names).toEqual(atAws.filter((name) => declared.some((known) => known === name)));
});

it.each([
  ['Decrypt', { CiphertextBlob: Buffer.from('no blob') }, 'InvalidCiphertextException'],
  ['Verify', { Signature: Buffer.from('no signature') }, 'KMSInvalidSignatureException'],
  ['VerifyMac', { Mac: Buffer.from('no MAC') }, 'KMSInvalidMacException'],
  ['Encrypt', { Plaintext: Buffer.alloc(0) }, 'ValidationException'],
  ['Sign', { MessageType: 'DIGEST' }, 'ValidationException'],
] as const)('judges in %s the bytes, too', async (name, wrong, __type) => {
  const operation = dryOperations.find(([known]) => known === name)?.[1];
  if (operation === undefined) throw new Error(`no operation ${name}`);
  const { parameters } = await validRequest(kms, operation);
  expect(await kms.call(name, { ...parameters, ...wrong, DryRun: true })).toMatchObject({ __type });
});

describe.each([
  ['Decrypt', 'KeyId', 'keyId', {}],
  ['ReEncrypt', 'SourceKeyId', 'sourceKeyId', { DestinationKeyId: 'KEY' }],
] as const)('IGNORE_CIPHERTEXT in %s', (name, member, path, others) => {
  const ignoring = { DryRun: true, DryRunModifiers: ['IGNORE_CIPHERTEXT'] };
  const ask = async (parameters: object) => {
    const { KeyId } = await kms.newKey();
    const given = { ...others, [member]: KeyId, ...parameters };
    return kms.call(name, Object.fromEntries(Object.entries(given).map(([k, v]) => [k, v === 'KEY' ? KeyId : v])));
  };

  it('needs no ciphertext, and does not look at one', async () => {
    expect(await ask(ignoring)).toMatchObject(wouldHaveSucceeded);
    expect(await ask({ ...ignoring, CiphertextBlob: Buffer.from('no blob') })).toMatchObject(wouldHaveSucceeded);
    const { KeyId } = await kms.newKey();
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext: Buffer.of(1) });
    expect(await ask({ ...ignoring, CiphertextBlob })).toMatchObject(wouldHaveSucceeded);
  });

  it('needs the key', async () => {
    const message = `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`;
    const refused = { status: 400, __type: 'ValidationException', message };
    expect(await ask({ ...ignoring, [member]: undefined })).toMatchObject(refused);
    expect(await ask({ ...ignoring, [member]: undefined, CiphertextBlob: Buffer.of(1) })).toMatchObject(refused);
  });

  it('means nothing without DryRun', async () => {
    const missing = {
      __type: 'ValidationException',
      message: expect.stringContaining("Value null at 'ciphertextBlob'"),
    };
    expect(await ask({ DryRunModifiers: ['IGNORE_CIPHERTEXT'] })).toMatchObject(missing);
    expect(await ask({ DryRun: true, DryRunModifiers: [] })).toMatchObject(missing);
    expect(await ask({ DryRunModifiers: ['IGNORE_CIPHERTEXT'], CiphertextBlob: Buffer.from('x') })).toMatchObject({
      __type: 'InvalidCiphertextException',
    });
  });

  it('knows no other modifier', async () => {
    const message = expect.stringContaining("Value '[OTHER]' at 'dryRunModifiers' failed to satisfy constraint");
    expect(await ask({ ...ignoring, DryRunModifiers: ['OTHER'] })).toMatchObject({
      __type: 'ValidationException',
      message,
    });
  });

  it('judges the key as ever', async () => {
    const { KeyId } = await kms.newKey();
    await kms.call('DisableKey', { KeyId });
    expect(await ask({ ...ignoring, [member]: KeyId })).toMatchObject({ __type: 'DisabledException' });
  });

  it('does not find a key that is missing', async () => {
    const unknown = '12345678-1234-1234-1234-123456789012';
    expect(await ask({ ...ignoring, [member]: unknown })).toMatchObject({ __type: 'NotFoundException' });
  });
});
