import { CreateKeyCommand, DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { forApiGateway } from '../../clients/for-api-gateway.ts';
import type { Principal } from '../../local/principals.ts';
import { type Assembly, account, deploy } from './assembly.ts';
import { type Synthesised, synthesise } from './synthesised.ts';

const homeRegion = 'us-east-1';
const admin: Principal = {
  type: 'IAMUser',
  accountId: account,
  arn: `arn:aws:iam::${account}:user/admin`,
  principalId: 'AIDAEXAMPLEEXAMPLE000',
  userName: 'admin',
  accessKeyId: 'AKIAEXAMPLEEXAMPLE00',
  secretAccessKey: 'only-for-tests/only-for-tests/only-for-t',
  tags: {},
  policies: [
    {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Resource: `arn:aws:execute-api:*:${account}:*/prod/POST/*`,
      },
    },
  ],
};
let synthesised: Synthesised;
let assembly: Assembly;
beforeAll(async () => {
  const t = performance.now();
  synthesised = await synthesise(
    { replicaRegions: 'eu-west-1', trustedAccounts: '444455556666' },
    homeRegion,
    (s) => void s.kms.key('Key'),
  );
  console.log('synth', performance.now() - t);
  assembly = await deploy(synthesised, [admin]);
  console.log('deployed', performance.now() - t);
}, 120_000);
afterAll(async () => {
  await assembly?.stop();
  await synthesised?.remove();
});
it('encrypts', async () => {
  const [home] = assembly.stacks;
  const kms = forApiGateway(new KMSClient({ region: homeRegion, endpoint: home!.api.endpoint, credentials: admin }));
  try {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: Buffer.from('hello') }),
    );
    const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(Plaintext!).toString()).toBe('hello');
  } finally {
    console.log(assembly.aws.refused);
    for (const f of home!.functions.values()) if (f.log.length) console.log(f.made.name, f.log);
  }
});
