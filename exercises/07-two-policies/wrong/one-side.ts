import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Has the key policy name dave, and leaves out his account's side. */
export default wrong('both', async (lab) => {
  const statement = { Effect: 'Allow', Principal: { AWS: lab.arn('dave') }, Action: 'kms:Decrypt', Resource: '*' };
  await solve({
    ...lab,
    async attach() {
      const kms = lab.as('alice');
      const { KeyMetadata } = await kms.describeKey({ KeyId: 'alias/exchange' });
      const KeyId = KeyMetadata?.KeyId;
      const { Policy = '' } = await kms.getKeyPolicy({ KeyId });
      const policy = JSON.parse(Policy);
      policy.Statement.push(statement);
      await kms.putKeyPolicy({ KeyId, Policy: JSON.stringify(policy) });
    },
  }).catch(() => {}); // dave is refused
});
