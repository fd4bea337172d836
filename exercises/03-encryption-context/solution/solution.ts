import { solution } from '../../lesson.ts';

export default solution(async (lab) => {
  const kms = lab.as('alice');
  const KeyId = 'alias/tenants';

  for (const tenant of ['blue', 'green']) {
    const Plaintext = await lab.read(`${tenant}.txt`);
    const { CiphertextBlob = '' } = await kms.encrypt({ KeyId, Plaintext, EncryptionContext: { tenant } });
    await lab.write(`${tenant}.enc`, CiphertextBlob);
  }

  const CiphertextBlob = await lab.read('blue.enc');
  await kms
    .decrypt({ CiphertextBlob, EncryptionContext: { tenant: 'green' } })
    .catch(({ name }) => lab.write('refusal.txt', name));

  const { KeyMetadata } = await kms.describeKey({ KeyId });
  const { Policy = '' } = await kms.getKeyPolicy({ KeyId: KeyMetadata?.KeyId });
  const policy = JSON.parse(Policy);
  policy.Statement.push({
    Sid: 'BlueOnly',
    Effect: 'Allow',
    Principal: { AWS: lab.arn('bob') },
    Action: 'kms:Decrypt',
    Resource: '*',
    Condition: { StringEquals: { 'kms:EncryptionContext:tenant': 'blue' } },
  });
  await kms.putKeyPolicy({ KeyId: KeyMetadata?.KeyId, Policy: JSON.stringify(policy) });
});
