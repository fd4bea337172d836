import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountId, allowed, newService, otherAccountId, type Service, userOf } from '../service.ts';

const arnOf = (name: string, account = accountId) => `arn:aws:iam::${account}:user/${name}`;
const deny = { Effect: 'Deny', Action: 'kms:RetireGrant', Resource: '*' };
const retired = { status: 200 };
const denied = { status: 400, __type: 'AccessDeniedException' };

describe('RetireGrant', () => {
  let kms: Service;
  let KeyId: string;
  let Arn: string;
  beforeAll(async () => {
    kms = await newService();
  });
  afterAll(() => kms.close());
  const asAdmin = () => {
    kms.as(userOf(accountId, 'admin'));
    kms.withStanding(allowed({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }));
  };
  const asUser = (name: string, account = accountId, ...statements: object[]) => {
    kms.as(userOf(account, name));
    kms.withStanding(allowed(...statements));
  };
  const newGrant = async (members: object = {}) => {
    const grant = { KeyId, GranteePrincipal: arnOf('alice'), RetiringPrincipal: arnOf('bob'), Operations: ['Encrypt'] };
    const { GrantId, GrantToken } = await kms.call('CreateGrant', { ...grant, ...members });
    kms.audited.length = 0;
    return { GrantId, GrantToken } as { GrantId: string; GrantToken: string };
  };
  const grantsLeft = async () => {
    asAdmin();
    return (await kms.call('ListGrants', { KeyId })).Grants.length as number;
  };
  beforeEach(async () => {
    asAdmin();
    ({ KeyId, Arn } = await kms.newKey());
  });

  it('ends a grant by its token, by key id and grant id, and by key ARN and grant id', async () => {
    const first = await newGrant();
    const [second, third] = [await newGrant(), await newGrant()];
    asUser('bob');
    expect(await kms.call('RetireGrant', { GrantToken: first.GrantToken })).toMatchObject(retired);
    expect(await kms.call('RetireGrant', { KeyId, GrantId: second.GrantId })).toMatchObject(retired);
    expect(await kms.call('RetireGrant', { KeyId: Arn, GrantId: third.GrantId })).toMatchObject(retired);
    expect(await grantsLeft()).toBe(0);
    asUser('alice');
    const Plaintext = Buffer.from('text');
    expect(await kms.call('Encrypt', { KeyId, Plaintext })).toMatchObject(denied);
  });

  it('is for the grantee only if the grant lists RetireGrant', async () => {
    const without = await newGrant();
    const having = await newGrant({ Operations: ['Encrypt', 'RetireGrant'] });
    asUser('alice');
    expect(await kms.call('RetireGrant', { GrantToken: without.GrantToken })).toMatchObject(denied);
    expect(await kms.call('RetireGrant', { GrantToken: having.GrantToken })).toMatchObject(retired);
    expect(await grantsLeft()).toBe(1);
  });

  it('is for those whom the account of the grant lets, and for nobody through the key policy', async () => {
    const everything = { Effect: 'Allow', Principal: { AWS: arnOf('carol') }, Action: 'kms:*', Resource: '*' };
    const { Policy } = await kms.call('GetKeyPolicy', { KeyId });
    const policy = JSON.parse(Policy);
    policy.Statement.push(everything);
    await kms.call('PutKeyPolicy', { KeyId, Policy: JSON.stringify(policy) });
    const grant = { KeyId, GrantId: (await newGrant()).GrantId };
    asUser('carol');
    expect(await kms.call('RetireGrant', grant)).toEqual({
      ...denied,
      requestId: expect.any(String),
      message: `User: ${arnOf('carol')} is not authorized to perform: kms:RetireGrant on resource: ${Arn} because no identity-based policy allows the kms:RetireGrant action`,
    });
    asUser('carol', accountId, { Effect: 'Allow', Action: 'kms:RetireGrant', Resource: Arn });
    expect(await kms.call('RetireGrant', grant)).toMatchObject(retired);
  });

  it('is refused to the retiring principal by an explicit deny of its identity policies', async () => {
    const { GrantToken } = await newGrant();
    asUser('bob', accountId, deny);
    expect((await kms.call('RetireGrant', { GrantToken })).message).toContain(
      'with an explicit deny in an identity-based',
    );
    expect(await grantsLeft()).toBe(1);
  });

  it('works from another account, and tells strangers nothing', async () => {
    const RetiringPrincipal = arnOf('partner', otherAccountId);
    const { GrantId } = await newGrant({ RetiringPrincipal });
    asUser('stranger', otherAccountId, { Effect: 'Allow', Action: 'kms:*', Resource: '*' });
    const there = await kms.call('RetireGrant', { KeyId: Arn, GrantId });
    const noGrant = await kms.call('RetireGrant', { KeyId: Arn, GrantId: 'f'.repeat(64) });
    const noKey = await kms.call('RetireGrant', { KeyId: Arn.replace(/.{12}$/, '000000000000'), GrantId });
    expect(there).toMatchObject(denied);
    expect(there.message).not.toContain(Arn);
    expect(noGrant).toEqual(there);
    expect(noKey).toEqual(there);
    asUser('partner', otherAccountId);
    expect((await kms.call('RetireGrant', { KeyId: Arn, GrantId })).message).toBe(
      `User: ${RetiringPrincipal} is not authorized to perform: kms:RetireGrant on this resource because no identity-based policy allows the kms:RetireGrant action`,
    );
    asUser('partner', otherAccountId, { Effect: 'Allow', Action: 'kms:RetireGrant', Resource: '*' });
    expect(await kms.call('RetireGrant', { KeyId: Arn, GrantId })).toMatchObject(retired);
    expect(await grantsLeft()).toBe(0);
  });

  it('lets another account that is the retiring principal pass the permission on', async () => {
    const { GrantToken } = await newGrant({ RetiringPrincipal: `arn:aws:iam::${otherAccountId}:root` });
    asUser('partner', otherAccountId);
    expect(await kms.call('RetireGrant', { GrantToken })).toMatchObject(denied);
    asUser('partner', otherAccountId, { Effect: 'Allow', Action: 'kms:RetireGrant', Resource: '*' });
    expect(await kms.call('RetireGrant', { GrantToken })).toMatchObject(retired);
  });

  it('works in every state of the key', async () => {
    const { GrantToken } = await newGrant();
    await kms.call('ScheduleKeyDeletion', { KeyId });
    asUser('bob');
    expect(await kms.call('RetireGrant', { GrantToken })).toMatchObject(retired);
  });

  it('refuses what names no grant', async () => {
    const { GrantId, GrantToken } = await newGrant();
    const other = await newGrant();
    const { KeyId: otherKey } = await kms.newKey();
    const refusal = async (parameters: object) => (await kms.call('RetireGrant', { ...parameters })).__type;
    expect(await refusal({})).toBe('ValidationException');
    expect(await refusal({ KeyId })).toBe('ValidationException');
    expect(await refusal({ GrantId })).toBe('ValidationException');
    expect(await refusal({ GrantToken: 'garbage' })).toBe('InvalidGrantTokenException');
    expect(await refusal({ GrantToken, GrantId: other.GrantId })).toBe('InvalidGrantTokenException');
    expect(await refusal({ GrantToken, KeyId: otherKey })).toBe('InvalidGrantTokenException');
    expect(await refusal({ KeyId: otherKey, GrantId })).toBe('NotFoundException');
    expect(await refusal({ KeyId: '00000000-0000-4000-8000-000000000000', GrantId })).toBe('NotFoundException');
    expect(await grantsLeft()).toBe(2);
    expect(await refusal({ GrantToken, GrantId, KeyId: Arn })).toBeUndefined();
    expect(await refusal({ GrantToken })).toBe('InvalidGrantTokenException');
  });

  it('retires nothing in a dry run', async () => {
    const { GrantToken } = await newGrant();
    asUser('bob');
    expect(await kms.call('RetireGrant', { GrantToken, DryRun: true })).toMatchObject({
      __type: 'DryRunOperationException',
    });
    expect(await grantsLeft()).toBe(1);
  });

  it('is on record with the grant and the key, and without parameters', async () => {
    const { GrantId, GrantToken } = await newGrant();
    asUser('bob');
    await kms.call('RetireGrant', { GrantToken });
    expect(kms.audited).toMatchObject([
      {
        eventName: 'RetireGrant',
        requestParameters: null,
        responseElements: null,
        additionalEventData: {
          grantId: GrantId,
          reasons: [`allowed: grant ${GrantId} gives bob kms:RetireGrant.`],
        },
        resources: [{ ARN: Arn }],
      },
    ]);
    expect(JSON.stringify(kms.audited)).not.toContain(GrantToken);
  });
});
