import { solution } from '../../lesson.ts';

const policyOf = (...Statement: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

export default solution(async (lab) => {
  const kms = lab.as('alice');
  const newKey = async (AliasName: string): Promise<string> => {
    const { KeyMetadata } = await kms.createKey({});
    await kms.createAlias({ AliasName, TargetKeyId: KeyMetadata?.KeyId });
    return KeyMetadata?.KeyId ?? '';
  };
  const use = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'];
  const bobUses = { Effect: 'Allow', Principal: { AWS: lab.arn('bob') }, Action: use, Resource: '*' };

  const locked = { KeyId: await newKey('alias/locked'), Policy: policyOf(bobUses) };
  await kms.putKeyPolicy(locked).catch(({ message }) => lab.write('refusal.txt', message));
  await kms.putKeyPolicy({ ...locked, BypassPolicyLockoutSafetyCheck: true });

  const manage = [
    ...['Describe*', 'Get*', 'List*', 'Put*', 'Update*', 'Enable*', 'Disable*', 'CreateAlias', 'DeleteAlias'],
    ...['TagResource', 'UntagResource', 'RevokeGrant', 'ScheduleKeyDeletion', 'CancelKeyDeletion'],
  ].map((action) => `kms:${action}`);
  const aliceManages = { Effect: 'Allow', Principal: { AWS: lab.arn('alice') }, Action: manage, Resource: '*' };
  await kms.putKeyPolicy({ KeyId: await newKey('alias/duties'), Policy: policyOf(aliceManages, bobUses) });
});
