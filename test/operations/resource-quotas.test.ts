import { afterEach, describe, expect, it } from 'vitest';
import { awsResourceQuotas, type ResourceQuotas } from '../../core/model/quotas.ts';
import { newQuotas } from '../../lambdas/quotas.ts';
import { accountId, newService, otherAccountId, type Service, userOf } from '../service.ts';

let kms: Service;
afterEach(() => kms.close());

const start = async (limits: Partial<ResourceQuotas>) => {
  const clock = () => kms.now();
  kms = await newService({ quotas: newQuotas({ ...awsResourceQuotas, ...limits }, { clock, onlyWriter: true }) });
};
const refused = (message: string) => ({ status: 400, __type: 'LimitExceededException', message });
const alice = `arn:aws:iam::${accountId}:user/alice`;

describe('keys per account', () => {
  const full = refused('Key quota for this account in this region is 3, current usage is 3.');

  it('count in every state, until their deletion date', async () => {
    await start({ keys: 3 });
    const { KeyId } = await kms.newKey();
    await kms.newKey({ Origin: 'EXTERNAL' });
    await kms.newKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    await kms.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    expect(await kms.call('CreateKey')).toMatchObject(full);
    expect(kms.audited.at(-1)).toMatchObject({ eventName: 'CreateKey', errorCode: 'LimitExceededException' });
    expect((await kms.call('ListKeys')).Keys).toHaveLength(3);
    kms.moveClock(7 * 86_400);
    expect(await kms.call('CreateKey')).toMatchObject({ status: 200 });
    expect(await kms.call('CreateKey')).toMatchObject(full);
  });

  it('do not count those of AWS', async () => {
    await start({ keys: 1 });
    expect(await kms.call('DescribeKey', { KeyId: 'alias/aws/s3' })).toMatchObject({ status: 200 });
    expect(await kms.call('CreateKey')).toMatchObject({ status: 200 });
    expect(await kms.call('DescribeKey', { KeyId: 'alias/aws/ebs' })).toMatchObject({ status: 200 });
    expect(await kms.call('CreateKey')).toMatchObject({ __type: 'LimitExceededException' });
    expect((await kms.call('ListKeys')).Keys).toHaveLength(3);
  });

  it('are each account’s own', async () => {
    await start({ keys: 3 });
    for (let i = 0; i < 3; i += 1) await kms.newKey();
    kms.as(userOf(otherAccountId, 'partner'));
    expect(await kms.call('CreateKey')).toMatchObject({ status: 200 });
  });

  it('are each Region’s own, replicas among those of theirs', async () => {
    await start({ keys: 2 });
    const europe = await kms.inRegion('eu-west-1');
    const [first, second] = [await kms.newKey({ MultiRegion: true }), await kms.newKey({ MultiRegion: true })];
    const replicate = ({ KeyId }: { KeyId: string }) => kms.call('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' });
    expect(await europe.call('CreateKey')).toMatchObject({ status: 200 });
    expect(await replicate(first)).toMatchObject({ status: 200 });
    expect(await europe.call('CreateKey')).toMatchObject({ __type: 'LimitExceededException' });
    expect(await replicate(second)).toMatchObject({ __type: 'LimitExceededException' });
    expect(await europe.stores.keys.get(second.KeyId)).toBeUndefined();
    expect((await kms.call('DescribeKey', { KeyId: second.KeyId })).KeyMetadata).toMatchObject({
      MultiRegionConfiguration: { ReplicaKeys: [] },
    });
  });

  it('are never passed, however many are asked for at once', async () => {
    await start({ keys: 3 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => kms.call('CreateKey')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect((await kms.call('ListKeys')).Keys).toHaveLength(3);
  });
});

describe('aliases per key', () => {
  const full = refused('Aliases per key quota for this account in this region is 2, current usage is 2.');

  it('count those that were moved to the key', async () => {
    await start({ aliasesPerKey: 2 });
    const [first, second] = [await kms.newKey(), await kms.newKey()];
    const create = (AliasName: string, TargetKeyId: string) => kms.call('CreateAlias', { AliasName, TargetKeyId });
    const move = (AliasName: string, TargetKeyId: string) => kms.call('UpdateAlias', { AliasName, TargetKeyId });
    await create('alias/a', first.KeyId);
    await create('alias/b', first.KeyId);
    expect(await create('alias/c', first.KeyId)).toMatchObject(full);
    await create('alias/c', second.KeyId);
    expect(await move('alias/c', first.KeyId)).toMatchObject(full);
    expect(await move('alias/b', first.KeyId)).toMatchObject({ status: 200 }); // where it is already
    expect(await move('alias/b', second.KeyId)).toMatchObject({ status: 200 });
    expect(await create('alias/d', first.KeyId)).toMatchObject({ status: 200 });
    expect(await create('alias/e', second.KeyId)).toMatchObject(full);
  });
});

describe('grants per key', () => {
  const full = refused('Grants per key quota for this account in this region is 2, current usage is 2.');
  const grant = { GranteePrincipal: alice, Operations: ['Decrypt'] };

  it('refuse one more, but not the retry of a named one', async () => {
    await start({ grantsPerKey: 2 });
    const { KeyId } = await kms.newKey();
    const named = await kms.call('CreateGrant', { KeyId, ...grant, Name: 'mine' });
    const other = await kms.call('CreateGrant', { KeyId, ...grant });
    expect(await kms.call('CreateGrant', { KeyId, ...grant })).toMatchObject(full);
    expect(await kms.call('CreateGrant', { KeyId, ...grant, Name: 'other' })).toMatchObject(full);
    expect(await kms.call('CreateGrant', { KeyId, ...grant, Name: 'mine' })).toMatchObject({
      status: 200,
      GrantId: named.GrantId,
    });
    await kms.call('RevokeGrant', { KeyId, GrantId: other.GrantId });
    expect(await kms.call('CreateGrant', { KeyId, ...grant })).toMatchObject({ status: 200 });
  });

  it('do not bound those on AWS managed keys', async () => {
    await start({ grantsPerKey: 1 });
    const caller = userOf(accountId, 'admin');
    const { KeyMetadata } = await kms.call('DescribeKey', { KeyId: 'alias/aws/ebs' });
    for (let i = 0; i < 3; i += 1) {
      const { KeyId } = KeyMetadata;
      const answer = await kms.callAs({ service: 'ec2.amazonaws.com', caller }, 'CreateGrant', { KeyId, ...grant });
      expect(answer).toMatchObject({ status: 200 });
    }
  });

  it('are told to a dry run, which takes none', async () => {
    await start({ grantsPerKey: 2 });
    const { KeyId } = await kms.newKey();
    const dry = () => kms.call('CreateGrant', { KeyId, ...grant, DryRun: true });
    for (let i = 0; i < 5; i += 1) expect(await dry()).toMatchObject({ __type: 'DryRunOperationException' });
    for (let i = 0; i < 2; i += 1) await kms.call('CreateGrant', { KeyId, ...grant });
    expect(await dry()).toMatchObject(full);
  });

  it('are each key’s own', async () => {
    await start({ grantsPerKey: 2 });
    for (let i = 0; i < 2; i += 1) {
      const { KeyId } = await kms.newKey();
      for (let n = 0; n < 2; n += 1)
        expect(await kms.call('CreateGrant', { KeyId, ...grant })).toMatchObject({ status: 200 });
    }
  });
});
