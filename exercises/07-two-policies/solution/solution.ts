import { solution } from '../../lesson.ts';

const allow = (arn: string, ...actions: readonly string[]) => ({
  Effect: 'Allow',
  Principal: { AWS: arn },
  Action: actions.map((action) => `kms:${action}`),
  Resource: '*', // this key
});

const policy = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement });

export default solution(async (lab) => {
  const kms = lab.as('alice');
  const home = `arn:aws:iam::${lab.account('home')}:root`;
  const partner = `arn:aws:iam::${lab.account('partner')}:root`;

  const newKey = async (AliasName: string, keyPolicy: object) => {
    const { KeyMetadata } = await kms.createKey({ Policy: JSON.stringify(keyPolicy) });
    await kms.createAlias({ AliasName, TargetKeyId: KeyMetadata?.KeyId });
    return KeyMetadata?.Arn ?? '';
  };

  // the first statement is the whole of the default policy
  await newKey('alias/team', policy(allow(home, '*'), allow(lab.arn('erin'), 'Decrypt')));

  // nothing names the account: identity policies do not count
  await newKey('alias/vault', policy(allow(lab.arn('alice'), '*'), allow(lab.arn('erin'), 'Encrypt', 'Decrypt')));

  // the key's side
  const exchange = await newKey('alias/exchange', policy(allow(home, '*'), allow(partner, 'Decrypt', 'DescribeKey')));
  const Plaintext = await lab.read('offer.txt');
  const { CiphertextBlob } = await kms.encrypt({ KeyId: 'alias/exchange', Plaintext });
  await lab.write('offer.enc', CiphertextBlob ?? '');

  // the other account's side
  await lab.attach('dave', policy({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: exchange }));
  await lab.as('dave').decrypt({ CiphertextBlob });

  const archive = await lab.read('archive.enc');
  await lab
    .as('dave')
    .decrypt({ CiphertextBlob: archive })
    .catch(({ message }) => lab.write('refusal.txt', message));
});
