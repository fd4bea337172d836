import { afterEach, describe, expect, it } from 'vitest';
import { type Charge, chargesOf } from '../../core/model/request-quotas.ts';
import type { RequestLimits, Runtime } from '../../lambdas/pipeline/ports.ts';
import { newRequestLimits } from '../../local/request-limits.ts';
import { everyOperation, validRequest } from '../requests.ts';
import { accountId, newService, otherAccountId, type Service, userOf } from '../service.ts';

const throttled = {
  status: 400,
  __type: 'ThrottlingException',
  message: 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
};

let kms: Service;
let opened: Service[] = [];
afterEach(async () => {
  for (const service of opened) await service.close();
  opened = [];
});
const open = async (overrides: Partial<Runtime> = {}) => {
  kms = await newService(overrides);
  opened.push(kms);
};

const start = async (quotas: Record<string, number>) => {
  await open({ requestLimits: newRequestLimits(() => quotas) });
};

/** Notes what calls are charged, and lets all pass. */
const startNoting = async () => {
  const noted: [account: string, ...charges: Charge[]][] = [];
  const requestLimits: RequestLimits = {
    charge(account, request) {
      noted.push([account, ...chargesOf(request)]);
      return true;
    },
  };
  await open({ requestLimits });
  return noted;
};

describe('with request quotas', () => {
  it('a call over its quota is refused as AWS does, and on record with what was asked', async () => {
    await start({ DescribeKey: 2 });
    const { KeyId } = await kms.newKey();
    const describeKey = () => kms.call('DescribeKey', { KeyId });
    expect([(await describeKey()).status, (await describeKey()).status]).toEqual([200, 200]);
    kms.audited.length = 0;
    expect(await describeKey()).toMatchObject(throttled);
    expect(kms.audited).toMatchObject([
      {
        eventName: 'DescribeKey',
        errorCode: 'ThrottlingException',
        errorMessage: throttled.message,
        requestParameters: { keyId: KeyId },
        responseElements: null,
        resources: [],
      },
    ]);
    kms.moveClock(0.5);
    expect([(await describeKey()).status, (await describeKey()).status]).toEqual([200, 400]);
  });

  it('no other quota is touched: keys are made while CreateAlias is throttled', async () => {
    await start({ CreateAlias: 1, CreateKey: 5 });
    const { KeyId: TargetKeyId } = await kms.newKey();
    const createAlias = () => kms.call('CreateAlias', { AliasName: 'alias/a', TargetKeyId });
    await createAlias();
    expect(await createAlias()).toMatchObject(throttled);
    expect(await kms.call('CreateKey')).toMatchObject({ status: 200 });
  });

  it('refused calls and dry runs count', async () => {
    await start({ 'Cryptographic operations (symmetric)': 3 });
    const { KeyId } = await kms.newKey();
    const encrypt = (members: object) => kms.call('Encrypt', { KeyId, Plaintext: Buffer.from('p'), ...members });
    expect(await encrypt({ KeyId: undefined })).toMatchObject({ __type: 'ValidationException' });
    expect(await encrypt({ KeyId: 'alias/none' })).toMatchObject({ __type: 'NotFoundException' });
    expect(await encrypt({ DryRun: true })).toMatchObject({ __type: 'DryRunOperationException' });
    expect(await encrypt({})).toMatchObject(throttled);
    expect(await encrypt({ KeyId: undefined })).toMatchObject(throttled); // before the input is judged
  });

  it('the caller’s account is charged, not the owner of the key', async () => {
    await start({ DescribeKey: 1 });
    const { Arn } = await kms.newKey();
    kms.as(userOf(otherAccountId, 'partner'));
    await kms.call('DescribeKey', { KeyId: Arn });
    expect(await kms.call('DescribeKey', { KeyId: Arn })).toMatchObject(throttled);
    kms.as(userOf(accountId, 'admin'));
    expect(await kms.call('DescribeKey', { KeyId: Arn })).toMatchObject({ status: 200 });
  });

  it('a caller nobody knows is charged nothing', async () => {
    const noted = await startNoting();
    await kms.send('CreateKey', '{');
    await kms.send('CreateKey', '{}', 'text/plain');
    expect(noted).toEqual([]);
  });

  it.each([
    ['Sign', { SigningAlgorithm: 'ECDSA_SHA_256' }, ['Cryptographic operations (ECC)']],
    ['GenerateDataKey', {}, ['Cryptographic operations (symmetric)']],
    ['GenerateDataKeyPair', { KeyPairSpec: 'RSA_4096' }, ['GenerateDataKeyPair (RSA_4096)']],
    ['GenerateDataKeyPairWithoutPlaintext', { KeyPairSpec: 'RSA_4096' }, ['GenerateDataKeyPair (RSA_4096)']],
    ['Decrypt', { EncryptionAlgorithm: 'RSAES_OAEP_SHA_1' }, ['Cryptographic operations (RSA)']],
    [
      'ReEncrypt',
      { DestinationEncryptionAlgorithm: 'SM2PKE' },
      ['Cryptographic operations (symmetric)', 'Cryptographic operations (ECC)'],
    ],
  ] as const)('%s with %j is charged by what the request says: %j', async (name, parameters, quotas) => {
    const noted = await startNoting();
    await kms.call(name, parameters);
    expect(noted).toEqual([[accountId, ...quotas.map((quota) => ({ region: 'us-east-1', quota, times: 1 }))]]);
  });

  it('every operation is charged once for each call that is right', async () => {
    const noted = await startNoting();
    for (const [name, operation] of everyOperation) {
      const { parameters } = await validRequest(kms, operation);
      noted.length = 0;
      await kms.call(name, parameters);
      const [[account, here] = [], ...more] = noted;
      expect([account, more], name).toEqual([accountId, []]);
      expect(here, name).toEqual({ region: 'us-east-1', quota: expect.any(String), times: 1 });
    }
  });
});

it.each([
  ['ReplicateKey', 'ReplicaRegion', { quota: 'CreateKey', times: 2 }],
  ['UpdatePrimaryRegion', 'PrimaryRegion', { quota: 'UpdatePrimaryRegion', times: 1 }],
] as const)('%s is charged in the other Region too, if it is one', async (name, member, there) => {
  const noted = await startNoting();
  const here = { region: 'us-east-1', quota: name, times: 1 };
  await kms.call(name, { [member]: 'eu-west-1' });
  expect(noted).toEqual([[accountId, here, { region: 'eu-west-1', ...there }]]);
  for (const region of ['us-east-1', 'nowhere']) {
    noted.length = 0;
    await kms.call(name, { [member]: region });
    expect(noted).toEqual([[accountId, here]]);
  }
});

it('without them an account may call as often as it likes', async () => {
  await open();
  for (let i = 0; i < 50; i += 1) expect(await kms.call('ListKeys')).toMatchObject({ status: 200 });
});
