import { wrong } from '../../lesson.ts';

/** Tries to lock the key, is refused, and leaves it at that. */
export default wrong('locked', async (lab) => {
  const kms = lab.as('alice');
  const { KeyMetadata } = await kms.createKey({});
  await kms.createAlias({ AliasName: 'alias/locked', TargetKeyId: KeyMetadata?.KeyId });
  const Statement = [{ Effect: 'Allow', Principal: { AWS: lab.arn('bob') }, Action: 'kms:Encrypt', Resource: '*' }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await kms.putKeyPolicy({ KeyId: KeyMetadata?.KeyId, Policy }).catch(() => {});
});
