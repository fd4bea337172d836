import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CreateKeyCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import { afterAll, expect, it } from 'vitest';
import { madeUpEndpoint } from '../../local/endpoint-policy.ts';
import { filedRecords } from './audit-files.ts';
import { newFolder, removeFolders } from './folders.ts';
import { runHere } from './run-here.ts';
import { sdkClient } from './sdk-client.ts';
import { killAll, startKms } from './start-kms.ts';

afterAll(async () => {
  await killAll();
  await removeFolders();
});

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const everything = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' };
const newPolicyFile = async (text: string) => {
  const data = await newFolder();
  const file = join(dirname(data), 'endpoint.json');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return { data, file };
};

const encrypting = (client: KMSClient, KeyId: string | undefined) => async () => {
  const command = new EncryptCommand({ KeyId, Plaintext: Buffer.from('text') });
  return client.send(command).then(
    () => 'allowed',
    ({ message }: Error) => message,
  );
};

it('an endpoint policy stands before all calls, is followed, and stays in force while the file is broken', async () => {
  const { data, file } = await newPolicyFile(policy(everything));
  const kms = await startKms({ data, args: ['--endpoint-policy', file] });
  const client = await sdkClient(kms);
  const StringEquals = { 'aws:SourceVpce': madeUpEndpoint.endpointId };
  const KeyPolicy = policy(
    { ...everything, Principal: { AWS: '111122223333' }, Condition: { StringEquals } },
    { ...everything, Effect: 'Deny', Condition: { Null: { 'aws:SourceIp': 'false' } } },
  );
  const { KeyMetadata } = await client.send(new CreateKeyCommand({ Policy: KeyPolicy }));
  const encrypt = encrypting(client, KeyMetadata?.KeyId);
  expect(await encrypt()).toBe('allowed');

  await writeFile(file, policy({ ...everything, Action: 'kms:Decrypt' }));
  const noPolicy = expect.stringContaining('because no VPC endpoint policy allows the kms:Encrypt action');
  await expect.poll(encrypt).toEqual(noPolicy);
  await writeFile(file, '{"Version":"2012-10-17",\n"Statement":[}');
  await expect.poll(kms.stderr).toMatch(/line 2, column 14: not valid JSON; the endpoint policy read before stays/);
  await writeFile(file, policy({ ...everything, Principle: '*' }));
  await expect.poll(kms.stderr).toMatch(/Statement\[0\]\.Principle is not an element.*stays in force/);
  expect(await encrypt()).toEqual(noPolicy);
  await writeFile(file, policy(everything));
  await expect.poll(encrypt).toBe('allowed');
  client.destroy();
  await kms.stop();
  expect(await filedRecords(data)).toContainEqual(
    expect.objectContaining({ vpcEndpointId: madeUpEndpoint.endpointId }),
  );
}, 30_000);

it.each([
  ['{', /endpoint\.json: line 1, column 2: not valid JSON/],
  ['[]', /endpoint\.json: the policy must be a JSON object/],
  [policy({ Effect: 'Allow', Action: '*', Resource: '*' }), /endpoint\.json: Statement\[0\] needs Principal/],
])('a service does not start on the endpoint policy %s', async (text, problem) => {
  const { data, file } = await newPolicyFile(text);
  const args = ['--port', '0', '--data', data, '--endpoint-policy', file];
  expect(await runHere('start', { args })).toMatchObject({ code: 1, stderr: expect.stringMatching(problem) });
});
