import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type KMSClientConfig, ListKeysCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder, removeFolders } from './folders.ts';
import { sdkClient } from './sdk-client.ts';
import { type SignedCalls, signedCalls } from './signed-calls.ts';
import {
  type Credentials,
  killAll,
  type PrincipalsFile,
  type RunningKms,
  readPrincipals,
  startKms,
} from './start-kms.ts';

describe('who may call', () => {
  let service: RunningKms;
  let calls: SignedCalls;

  beforeAll(async () => {
    service = await startKms({ data: await newFolder() });
    calls = await signedCalls(service.endpoint, await service.credentials());
  }, 20_000);
  afterAll(async () => {
    calls?.close();
    await killAll();
    await removeFolders();
  });

  /** What a client with this configuration gets for ListKeys: its keys, or an error. */
  const listKeys = async ({
    credentials,
    ...config
  }: KMSClientConfig & { profile?: string; credentials?: Credentials }) => {
    // a copy: the client adds members of its own
    const client = await sdkClient(service, { ...config, ...(credentials && { credentials: { ...credentials } }) });
    const answer = await client.send(new ListKeysCommand({})).catch((error: unknown) => error);
    client.destroy();
    return answer;
  };

  const editPrincipals = async (edit: (file: PrincipalsFile) => void) => {
    const file = await readPrincipals(service.ready.dataDir);
    edit(file);
    await writeFile(join(service.ready.dataDir, 'principals.json'), JSON.stringify(file));
  };

  const eventually = async <Value>(look: () => Promise<Value>, holds: (value: Value) => boolean) => {
    for (let tries = 0; ; tries += 1) {
      const value = await look();
      if (holds(value) || tries === 30) return value;
      await pause(100);
    }
  };

  it.each(['admin', 'root', '444455556666/partner', '444455556666/root'])('lets %s in', async (profile) => {
    expect(await listKeys({ profile })).toHaveProperty('Keys');
  });

  it.each([
    ['execute-api', undefined],
    ['kms', undefined],
    ['kms', 'cn-north-1'],
    ['execute-api', 'us-gov-west-1'],
  ])('accepts the signing name %s, in the Region %s', async (serviceName, region) => {
    const answer = await calls.send({ operation: 'ListKeys', service: serviceName, ...(region && { region }) });
    expect(answer).toMatchObject({ status: 200, members: { Keys: [] } });
  });

  it.each([
    [{ service: 's3' }, /^Credential should be scoped to correct service: 'kms'\.$/],
    [{ region: 'Narnia' }, /^Credential should be scoped to a valid region/],
    [{ region: '__proto__' }, /^Credential should be scoped to a valid region/],
    [{ region: '../../etc' }, /5 slash-delimited elements/],
  ])('refuses the scope %j', async (scope, message) => {
    const { status, members } = await calls.send({ operation: 'ListKeys', ...scope });
    expect(status).toBe(400);
    expect(members.__type).toMatch(/^I\w+SignatureException$/);
    expect(members.message).toMatch(message);
  });

  it('takes the operation from the path, as clients of a gateway send it', async () => {
    expect(await calls.send({ path: '/ListKeys' })).toMatchObject({ status: 200, members: { Keys: [] } });
    const both = await calls.send({ path: '/ListKeys', operation: 'ListKeys' });
    expect(both).toMatchObject({ status: 200, members: { Keys: [] } });
    const different = await calls.send({ path: '/ListKeys', operation: 'CreateKey' });
    expect(different).toMatchObject({ status: 404, members: { __type: 'UnknownOperationException' } });
  });

  it('takes calls of an SDK client whose endpoint adds the operation to the path', async () => {
    const client = await sdkClient(service);
    client.middlewareStack.add(
      (next) => (args) => {
        Object.assign(args.request as object, { path: '/ListKeys' }); // an HttpRequest at this step
        return next(args);
      },
      { step: 'build' },
    );
    expect((await client.send(new ListKeysCommand({}))).Keys).toEqual([]);
    client.destroy();
  });

  it('tells unknown access keys and wrong secrets apart as AWS does', async () => {
    const { accessKeyId, secretAccessKey } = await service.credentials();
    const unknown = await listKeys({ credentials: { accessKeyId: 'AKIAAAAAAAAAAAAAAAAA', secretAccessKey } });
    expect(unknown).toMatchObject({
      name: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    });
    const wrong = await listKeys({ credentials: { accessKeyId, secretAccessKey: `${secretAccessKey}x` } });
    expect(wrong).toMatchObject({ name: 'InvalidSignatureException' });
    const token = await listKeys({ credentials: { accessKeyId, secretAccessKey, sessionToken: 'mine' } });
    expect(token).toMatchObject({ name: 'UnrecognizedClientException' });
  });

  it('refuses a body that was changed after signing', async () => {
    const { headers } = await calls.sign({ operation: 'ListKeys', body: '{"Limit":1}' });
    const sent = await fetch(service.endpoint, { method: 'POST', headers, body: '{"Limit":2}' });
    expect(sent.status).toBe(400);
    expect(await sent.json()).toMatchObject({ __type: 'InvalidSignatureException' });
  });

  it('refuses a signature of ten minutes ago, and the SDK sets its clock right by the answer', async () => {
    const skewed = { systemClockOffset: -600_000 };
    expect(await listKeys({ ...skewed, maxAttempts: 1 })).toMatchObject({
      name: 'InvalidSignatureException',
      message: expect.stringMatching(/^Signature expired: /),
    });
    expect(await listKeys({ ...skewed, maxAttempts: 2 })).toHaveProperty('Keys');
  });

  it('lets a session of a role in while it lasts, as soon as principals.json has it', async () => {
    const session = {
      accessKeyId: 'ASIAE2E0000000000001',
      secretAccessKey: 'a-secret-of-a-session-for-tests',
      sessionToken: 'the/token+of=the-session',
    };
    expect(await listKeys({ credentials: session })).toMatchObject({ name: 'UnrecognizedClientException' });
    const policies = [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }];
    const expires = new Date(Date.now() + 3000).toISOString();
    await editPrincipals(({ accounts: [account] }) => {
      const role = { name: 'Lab', path: '/', policies, sessions: [{ ...session, name: 's1', expires }] };
      account?.roles.push(role);
    });
    const answer = await eventually(
      () => listKeys({ credentials: session }),
      (value) => !(value instanceof Error),
    );
    expect(answer).toHaveProperty('Keys');
    expect(await service.credentials('Lab/s1')).toMatchObject(session);

    const { sessionToken: _, ...withoutToken } = session;
    expect(await listKeys({ credentials: withoutToken })).toMatchObject({ name: 'UnrecognizedClientException' });
    const expired = await eventually(
      () => listKeys({ credentials: session }),
      (value) => value instanceof Error,
    );
    expect(expired).toMatchObject({ name: 'ExpiredTokenException' });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expires));
  });

  it('keeps the principals in force while the file is broken, says where, and repeats no secret', async () => {
    const path = join(service.ready.dataDir, 'principals.json');
    const before = await readFile(path, 'utf8');
    const { secretAccessKey } = await service.credentials();
    await writeFile(path, before.replace('"users"', 'users'));
    const told = await eventually(
      async () => service.stderr(),
      (text) => text.includes('stay in force'),
    );
    expect(told).toMatch(/principals\.json: line \d+, column \d+: .*stay in force/);
    expect(told).not.toContain(secretAccessKey);
    expect((await calls.call('ListKeys')).status).toBe(200);
    await writeFile(path, before);
  });

  it('refuses a user from the moment the file no longer has it', async () => {
    const bob = await service.credentials('bob');
    await editPrincipals(({ accounts: [account] }) => {
      if (account) account.users = account.users.filter(({ name }) => name !== 'bob');
    });
    const refused = await eventually(
      () => listKeys({ credentials: bob }),
      (value) => value instanceof Error && value.name === 'UnrecognizedClientException',
    );
    expect(refused).toMatchObject({ name: 'UnrecognizedClientException' });
  });
});
