import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importing } from '../importing.ts';
import { putInState } from '../requests.ts';
import { accountId, allowed, newService, type Service, type ServiceRegion, userOf } from '../service.ts';

const there = 'eu-west-1';
const Plaintext = Buffer.from('text');

let kms: Service;
let europe: ServiceRegion;
let KeyId: string;
let Arn: string;
beforeAll(async () => {
  kms = await newService();
  europe = await kms.inRegion(there);
});
afterAll(() => kms.close());
beforeEach(async () => {
  kms.as(userOf(accountId, 'admin'));
  kms.withStanding(allowed({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }));
  ({ KeyId, Arn } = await kms.newKey({ MultiRegion: true, Description: 'of the primary' }));
});

const replicate = (members: object = {}) => kms.call('ReplicateKey', { KeyId, ReplicaRegion: there, ...members });
const arnIn = (region: string) => Arn.replace('us-east-1', region);
const describeIn = async (region: ServiceRegion | Service) => (await region.call('DescribeKey', { KeyId })).KeyMetadata;
const refused = (__type: string, message?: string) => ({ status: 400, __type, ...(message && { message }) });

describe('a replica', () => {
  it('is answered as Creating, and may be used a moment later', async () => {
    const { KeyMetadata: primary } = await kms.call('DescribeKey', { KeyId });
    const { status, requestId: _, ReplicaKeyMetadata, ReplicaPolicy, ...rest } = await replicate();
    expect(status).toBe(200);
    expect(rest).toEqual({}); // no ReplicaTags without tags
    const own = { Arn: arnIn(there), KeyState: 'Creating', Enabled: false, Description: '' };
    const MultiRegionConfiguration = {
      MultiRegionKeyType: 'REPLICA',
      PrimaryKey: { Arn, Region: 'us-east-1' },
      ReplicaKeys: [{ Arn: arnIn(there), Region: there }],
    };
    const { CurrentKeyMaterialId, ...shared } = primary;
    expect(ReplicaKeyMetadata).toEqual({ ...shared, ...own, MultiRegionConfiguration });
    expect(JSON.parse(ReplicaPolicy)).toMatchObject({ Id: 'key-default-1' });

    const creating = refused('KMSInvalidStateException', `${arnIn(there)} is creating.`);
    expect(await europe.call('Encrypt', { KeyId, Plaintext })).toMatchObject(creating);
    kms.moveClock(0.999);
    expect(await describeIn(europe)).toMatchObject({ KeyState: 'Creating' });
    kms.moveClock(0.001);
    expect(await describeIn(europe)).toMatchObject({ KeyState: 'Enabled', Enabled: true, CurrentKeyMaterialId });
    expect(await europe.call('Encrypt', { KeyId, Plaintext })).toMatchObject({ status: 200, KeyId: arnIn(there) });
  });

  it('opens what the primary sealed, and the other way round', async () => {
    await replicate();
    kms.moveClock(1);
    const [from, to] = [
      await kms.call('Encrypt', { KeyId, Plaintext }),
      await europe.call('Encrypt', { KeyId, Plaintext }),
    ];
    const text = { status: 200, Plaintext: Plaintext.toString('base64') };
    expect(await europe.call('Decrypt', { CiphertextBlob: from.CiphertextBlob })).toMatchObject(text);
    expect(await kms.call('Decrypt', { CiphertextBlob: to.CiphertextBlob })).toMatchObject(text);
  });

  it('has all material that the primary ever had', async () => {
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext });
    await kms.call('RotateKeyOnDemand', { KeyId });
    await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 100 });
    await replicate();
    kms.moveClock(1);
    expect(await europe.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
    const { Rotations } = await kms.call('ListKeyRotations', { KeyId });
    expect(Rotations).toMatchObject([{ KeyId: Arn }]);
    expect((await europe.call('ListKeyRotations', { KeyId })).Rotations).toEqual([
      { ...Rotations[0], KeyId: arnIn('eu-west-1') },
    ]);
    const { requestId: _, KeyId: __, ...status } = await kms.call('GetKeyRotationStatus', { KeyId });
    expect(await europe.call('GetKeyRotationStatus', { KeyId })).toMatchObject({
      ...status,
      RotationPeriodInDays: 100,
    });
  });

  it('verifies with the key pair of the primary', async () => {
    const spec = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', MultiRegion: true };
    const pair = await kms.newKey(spec);
    await kms.call('ReplicateKey', { KeyId: pair.KeyId, ReplicaRegion: there });
    kms.moveClock(1);
    const signing = { KeyId: pair.KeyId, Message: Plaintext, SigningAlgorithm: 'ECDSA_SHA_256' };
    const { Signature } = await kms.call('Sign', signing);
    expect(await europe.call('Verify', { ...signing, Signature })).toMatchObject({ SignatureValid: true });
  });

  it('has its own policy, description and tags, and none of the primary', async () => {
    await kms.call('TagResource', { KeyId, Tags: [{ TagKey: 'of', TagValue: 'primary' }] });
    const Principal = { AWS: userOf(accountId, 'admin').arn };
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' },
    });
    const Tags = [{ TagKey: 'of', TagValue: 'replica' }];
    const answer = await replicate({ Policy, Tags, Description: 'of the replica' });
    expect(answer).toMatchObject({ ReplicaTags: Tags });
    expect(JSON.parse(answer.ReplicaPolicy)).toEqual(JSON.parse(Policy));
    expect(answer.ReplicaPolicy).toContain('"Version" : "2012-10-17"');
    expect(await describeIn(europe)).toMatchObject({ Description: 'of the replica' });
    expect(await describeIn(kms)).toMatchObject({ Description: 'of the primary' });
    expect((await europe.call('GetKeyPolicy', { KeyId })).Policy).toBe(answer.ReplicaPolicy);
    expect((await kms.call('GetKeyPolicy', { KeyId })).Policy).not.toBe(answer.ReplicaPolicy);
    expect((await europe.call('ListResourceTags', { KeyId })).Tags).toEqual(Tags);
    expect((await kms.call('ListResourceTags', { KeyId })).Tags).toEqual([{ TagKey: 'of', TagValue: 'primary' }]);
  });

  it('has its own state, aliases and grants', async () => {
    await replicate();
    kms.moveClock(1);
    const AliasName = `alias/here/${KeyId}`;
    await europe.call('CreateAlias', { AliasName, TargetKeyId: KeyId });
    await europe.call('CreateGrant', {
      KeyId,
      GranteePrincipal: userOf(accountId, 'alice').arn,
      Operations: ['Encrypt'],
    });
    await europe.call('DisableKey', { KeyId });
    expect(await describeIn(europe)).toMatchObject({ KeyState: 'Disabled' });
    expect(await describeIn(kms)).toMatchObject({ KeyState: 'Enabled' });
    expect((await kms.call('ListAliases', { KeyId })).Aliases).toEqual([]);
    expect((await kms.call('ListGrants', { KeyId })).Grants).toEqual([]);
    expect((await europe.call('ListGrants', { KeyId })).Grants).toHaveLength(1);
  });

  it('is judged by its own policy, also when both were changed as often', async () => {
    const policyFor = (name: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: ['admin', name].map((who) => ({
          Effect: 'Allow',
          Principal: { AWS: userOf(accountId, who).arn },
          Action: 'kms:*',
          Resource: '*',
        })),
      });
    ({ KeyId } = await kms.newKey({ MultiRegion: true, Policy: policyFor('alice') }));
    await replicate({ Policy: policyFor('bob') });
    kms.moveClock(1);
    kms.withStanding({ identity: [], tags: {} });
    for (const [name, here, other] of [
      ['alice', 200, 400],
      ['bob', 400, 200],
    ] as const) {
      kms.as(userOf(accountId, name));
      expect((await kms.call('Encrypt', { KeyId, Plaintext })).status).toBe(here);
      expect((await europe.call('Encrypt', { KeyId, Plaintext })).status).toBe(other);
    }
  });

  it('of a key with imported material waits for the same material, which is no other', async () => {
    const external = await kms.newKey({ MultiRegion: true, Origin: 'EXTERNAL' });
    KeyId = external.KeyId;
    const material = Buffer.alloc(32, 7);
    await importing(kms, KeyId, material);
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext });
    expect((await replicate()).ReplicaKeyMetadata).toMatchObject({
      KeyState: 'Creating',
      Origin: 'EXTERNAL',
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
    kms.moveClock(1);
    const waiting = await describeIn(europe);
    expect(waiting).toMatchObject({ KeyState: 'PendingImport', Enabled: false });
    expect(waiting).not.toHaveProperty('ExpirationModel');
    expect(await europe.call('Decrypt', { CiphertextBlob })).toMatchObject(refused('KMSInvalidStateException'));
    const other = await importing(europe, KeyId, Buffer.alloc(32, 8));
    expect(other).toMatchObject(refused('IncorrectKeyMaterialException'));
    expect(await importing(europe, KeyId, material)).toMatchObject({ status: 200 });
    expect(await describeIn(europe)).toMatchObject({ KeyState: 'Enabled' });
    expect(await europe.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
  });
});

describe('the keys of a set', () => {
  it('show each other in every Region', async () => {
    await replicate();
    await replicate({ ReplicaRegion: 'ap-south-1' });
    const asia = await kms.inRegion('ap-south-1');
    const regions = ['eu-west-1', 'ap-south-1'];
    const shown = {
      PrimaryKey: { Arn, Region: 'us-east-1' },
      ReplicaKeys: regions.map((Region) => ({ Arn: arnIn(Region), Region })),
    };
    for (const [region, MultiRegionKeyType] of [
      [kms, 'PRIMARY'],
      [europe, 'REPLICA'],
      [asia, 'REPLICA'],
    ] as const) {
      const { MultiRegionConfiguration } = await describeIn(region);
      expect(MultiRegionConfiguration).toEqual({ MultiRegionKeyType, ...shown });
    }
  });
});

describe('ReplicateKey refuses', () => {
  it.each([{}, { MultiRegion: false }])('a single-Region key (%o)', async (parameters) => {
    const single = await kms.newKey(parameters);
    const message = `${single.Arn} is not a multi-region primary key.`;
    expect(await replicate({ KeyId: single.KeyId })).toMatchObject(refused('UnsupportedOperationException', message));
  });

  it('a replica', async () => {
    await replicate();
    kms.moveClock(1);
    const message = `${arnIn(there)} is not a multi-region primary key.`;
    expect(await europe.call('ReplicateKey', { KeyId, ReplicaRegion: 'ap-south-1' })).toMatchObject(
      refused('UnsupportedOperationException', message),
    );
  });

  it.each(['cn-north-1', 'us-gov-west-1'])('the Region %s, which is of another partition', async (ReplicaRegion) => {
    const message = 'The replica key Region must be in the same AWS partition as the primary key Region.';
    expect(await replicate({ ReplicaRegion })).toMatchObject(refused('ValidationException', message));
  });

  it.each(['eu-nowhere-1', 'cn-nowhere-1'])('the Region %s, which nobody knows', async (ReplicaRegion) => {
    const message = `Region ${ReplicaRegion} is not a valid Region or multi-Region keys are not supported in Region ${ReplicaRegion}.`;
    expect(await replicate({ ReplicaRegion })).toMatchObject(refused('ValidationException', message));
  });

  it('the Region of the primary', async () => {
    const message = 'us-east-1 cannot have a replica because it contains the primary.';
    expect(await replicate({ ReplicaRegion: 'us-east-1' })).toMatchObject(refused('ValidationException', message));
  });

  it('a Region that has a replica, also one that is to be deleted', async () => {
    const message = 'You can create only one replica of each primary key in each AWS Region.';
    await replicate();
    expect(await replicate()).toMatchObject(refused('AlreadyExistsException', message));
    await europe.call('ScheduleKeyDeletion', { KeyId });
    expect(await replicate()).toMatchObject(refused('AlreadyExistsException', message));
  });

  it('a policy that would lock the caller out of the replica, unless told not to look', async () => {
    const Principal = { AWS: userOf(accountId, 'bob').arn };
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' },
    });
    expect(await replicate({ Policy })).toMatchObject(refused('MalformedPolicyDocumentException'));
    expect(await europe.call('DescribeKey', { KeyId })).toMatchObject(refused('NotFoundException'));
    expect(await replicate({ Policy, BypassPolicyLockoutSafetyCheck: true })).toMatchObject({ status: 200 });
  });

  it('bad policies and tags before it looks for the key', async () => {
    expect(await replicate({ KeyId: 'none', Policy: '{' })).toMatchObject(refused('MalformedPolicyDocumentException'));
    const Tags = [{ TagKey: 'aws:x', TagValue: '' }];
    expect(await replicate({ KeyId: 'none', Tags })).toMatchObject(refused('TagException'));
  });
});

describe('who may replicate', () => {
  const may = (...Statement: object[]) => kms.withStanding(allowed(...Statement));
  const denied = (action: string) => ({
    ...refused('AccessDeniedException'),
    message: expect.stringContaining(`not authorized to perform: ${action} `),
  });
  const onKey = () => ({ Effect: 'Allow', Action: 'kms:ReplicateKey', Resource: Arn });
  const create = { Effect: 'Allow', Action: 'kms:CreateKey', Resource: '*' };
  const Tags = [{ TagKey: 'k', TagValue: '' }];

  it('needs the primary, CreateKey in the Region of the replica, and TagResource with tags', async () => {
    may(create);
    expect(await replicate()).toMatchObject(denied('kms:ReplicateKey'));
    may(onKey());
    expect(await replicate()).toMatchObject(denied('kms:CreateKey'));
    may(onKey(), create);
    expect(await replicate({ Tags })).toMatchObject(denied('kms:TagResource'));
    may(onKey(), create, { Effect: 'Allow', Action: 'kms:TagResource', Resource: '*' });
    expect(await replicate({ Tags })).toMatchObject({ status: 200 });
  });

  it.each([
    ['kms:ReplicateKey', { 'kms:ReplicaRegion': there }, true],
    ['kms:ReplicateKey', { 'kms:ReplicaRegion': 'eu-west-2' }, false],
    ['kms:ReplicateKey', { 'kms:MultiRegionKeyType': 'PRIMARY', 'aws:RequestedRegion': 'us-east-1' }, true],
    ['kms:CreateKey', { 'aws:RequestedRegion': there }, true],
    ['kms:CreateKey', { 'aws:RequestedRegion': 'us-east-1' }, false],
    ['kms:CreateKey', { 'kms:MultiRegionKeyType': 'REPLICA', 'kms:KeySpec': 'SYMMETRIC_DEFAULT' }, true],
    ['kms:CreateKey', { 'kms:MultiRegionKeyType': 'PRIMARY' }, false],
  ])('judges %s under %o: %s', async (Action, StringEquals, works) => {
    const statements = [onKey(), create].map((statement) =>
      statement.Action === Action ? { ...statement, Condition: { StringEquals } } : statement,
    );
    may(...statements);
    expect(await replicate()).toMatchObject(works ? { status: 200 } : denied(Action));
  });

  it('tells a policy whether a key is a primary or a replica', async () => {
    await replicate();
    kms.moveClock(1);
    const Condition = { StringEquals: { 'kms:MultiRegionKeyType': 'REPLICA' } };
    may({ Effect: 'Allow', Action: 'kms:Encrypt', Resource: '*', Condition });
    expect((await europe.call('Encrypt', { KeyId, Plaintext })).status).toBe(200);
    expect((await kms.call('Encrypt', { KeyId, Plaintext })).status).toBe(400);
  });

  it('lets policies forbid primaries, and single-Region keys alone be made', async () => {
    may(create, {
      Effect: 'Deny',
      Action: 'kms:CreateKey',
      Resource: '*',
      Condition: { StringEquals: { 'kms:MultiRegionKeyType': 'PRIMARY' } },
    });
    expect(await kms.call('CreateKey', { MultiRegion: true })).toMatchObject(denied('kms:CreateKey'));
    expect(await kms.call('CreateKey')).toMatchObject({ status: 200 });
  });
});

it('is on record as ReplicateKey here and as CreateKey there', async () => {
  const { requestId } = await replicate({ Description: 'text' });
  const common = { requestID: requestId, readOnly: false, userIdentity: { userName: 'admin' } };
  const resource = (ARN: string) => [{ ARN, accountId, type: 'AWS::KMS::Key' }];
  expect(kms.audited).toMatchObject([
    {
      ...common,
      eventName: 'ReplicateKey',
      awsRegion: 'us-east-1',
      requestParameters: { keyId: KeyId, replicaRegion: there, description: 'text' },
      responseElements: { replicaKeyMetadata: { keyId: KeyId, arn: arnIn(there) } },
      resources: resource(Arn),
    },
    {
      ...common,
      eventName: 'CreateKey',
      awsRegion: there,
      requestParameters: { description: 'text', keySpec: 'SYMMETRIC_DEFAULT', multiRegion: true },
      responseElements: { keyMetadata: { arn: arnIn(there), keyState: 'Creating' } },
      resources: resource(arnIn(there)),
    },
  ]);
  expect(kms.audited[0]?.eventID).not.toBe(kms.audited[1]?.eventID);
  expect(kms.audited[1]?.requestParameters).not.toHaveProperty('keyId');
});

it('is on record once when it is refused', async () => {
  await putInState(kms, KeyId, 'Disabled');
  await replicate();
  expect(kms.audited).toMatchObject([{ eventName: 'ReplicateKey', errorCode: 'DisabledException' }]);
});
