import type { KMS } from '@aws-sdk/client-kms';
import { type Lab, solution } from '../../lesson.ts';

const other = 'eu-west-1';

/** A replica is `Creating`, and both keys are `Updating`, for a moment. */
export const enabled = async (kms: KMS, KeyId: string): Promise<void> => {
  for (;;) {
    const { KeyMetadata } = await kms.describeKey({ KeyId });
    if (KeyMetadata?.KeyState === 'Enabled') return;
    await new Promise((go) => setTimeout(go, 200));
  }
};

/** The account, by its identity policies; and standby, by this key policy. */
export const policyFor = (lab: Lab): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${lab.account('home')}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
      { Effect: 'Allow', Principal: { AWS: lab.arn('standby') }, Action: 'kms:Decrypt', Resource: '*' },
    ],
  });

export default solution(async (lab) => {
  const [here, there] = [lab.as('alice'), lab.as('alice', other)];
  const AliasName = 'alias/orders';

  const { KeyMetadata } = await here.createKey({ MultiRegion: true });
  const KeyId = KeyMetadata?.KeyId ?? '';
  await here.createAlias({ AliasName, TargetKeyId: KeyId });
  const { CiphertextBlob } = await here.encrypt({ KeyId: AliasName, Plaintext: await lab.read('orders.txt') });
  await lab.write('orders.enc', CiphertextBlob ?? '');

  await here.replicateKey({ KeyId, ReplicaRegion: other, Policy: policyFor(lab) });
  await enabled(there, KeyId);
  await there.createAlias({ AliasName, TargetKeyId: KeyId });

  const opened = await lab.as('standby', other).decrypt({ CiphertextBlob: await lab.read('orders.enc') });
  await lab.write('opened.txt', opened.Plaintext ?? '');
  await there
    .decrypt({ CiphertextBlob: await lab.read('single.enc') })
    .catch(({ message }) => lab.write('refusal.txt', message));

  await here.updatePrimaryRegion({ KeyId, PrimaryRegion: other });
  await enabled(there, KeyId);
});
