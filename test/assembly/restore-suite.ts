import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { signedCalls } from '../e2e/signed-calls.ts';
import { type Assembly, deploy } from './assembly.ts';
import { admin, homeRegion, type World } from './world.ts';

const root = 'serverless-kms/root-1';

/** What docs/deploy.md says of backups: the rows of the tables and the root secret are all there is to keep. */
export const restoreSuite = (world: () => World): void => {
  const restored = async (withRoot: boolean, CiphertextBlob: string) => {
    const [stack] = world().synthesised.stacks;
    const assembly = await deploy({ ...world().synthesised, stacks: stack ? [stack] : [] }, [admin]);
    const [home] = assembly.stacks;
    const calls = await signedCalls(home?.api.endpoint ?? '', admin);
    try {
      const [from, to] = [tablesOf(world()), tablesOf(assembly)];
      for (const { name } of world().home.ofType('AWS::DynamoDB::Table')) {
        const { Items = [] } = await from.send(new ScanCommand({ TableName: name }));
        for (const Item of Items) await to.send(new PutCommand({ TableName: name, Item }));
      }
      if (withRoot) secretOf(assembly)?.versions.set('restored', secretOf(world())?.versions.get('made') ?? {});
      const body = JSON.stringify({ CiphertextBlob });
      return await calls.send({ path: '/prod/Decrypt', service: 'execute-api', body });
    } finally {
      calls.close();
      await assembly.stop();
    }
  };

  it('opens what was encrypted before in an installation restored from tables and root secret, and not without the latter', async () => {
    const call = world().as(admin);
    const { KeyId } = (await call('CreateKey')).members.KeyMetadata;
    const { CiphertextBlob } = (await call('Encrypt', { KeyId, Plaintext: 'AAAA' })).members;
    expect(await restored(true, CiphertextBlob)).toMatchObject({ status: 200, members: { Plaintext: 'AAAA' } });
    expect(await restored(false, CiphertextBlob)).toMatchObject({ status: 500 });
  });
};

const secretOf = ({ aws }: Assembly) => aws.secrets.all.find(({ name }) => name === root);

const tablesOf = ({ aws }: Assembly) =>
  DynamoDBDocumentClient.from(
    new DynamoDBClient({
      region: homeRegion,
      endpoint: aws.behind.get(homeRegion)?.endpoint ?? '',
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'none' },
    }),
  );
