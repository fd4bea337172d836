import { readFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, DecryptCommand, EncryptCommand, ListKeysCommand } from '@aws-sdk/client-kms';
import dynalite from 'dynalite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder, removeFolders } from './folders.ts';
import { sdkClient } from './sdk-client.ts';
import { killAll, type RunningKms, runKms, startKms } from './start-kms.ts';

const portOf = (server: { address(): unknown }): number => {
  const address = server.address() as ReturnType<Server['address']>; // of an HTTP server too
  if (address === null || typeof address === 'string') throw new Error('does not listen on a port');
  return address.port;
};

/** The way to a database: closing it takes the database away without a word to it. */
const wayTo = async (target: number, port = 0) => {
  const sockets = new Set<Socket>();
  const way = createServer((socket) => {
    const onward = connect(target, '127.0.0.1');
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => undefined).on('close', () => sockets.delete(end));
    }
    socket.pipe(onward).pipe(socket);
  });
  way.listen(port, '127.0.0.1');
  await new Promise((resolve) => way.once('listening', resolve));
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => way.close(resolve));
  };
  return { port: portOf(way), close };
};

/** A database of somebody else's, on a loopback port. */
describe('with --dynamodb-endpoint', () => {
  let database: ReturnType<typeof dynalite>;
  let way: Awaited<ReturnType<typeof wayTo>>;
  let url: string;
  let service: RunningKms;
  let data: string;
  const env = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_REGION: 'eu-central-1' };

  beforeAll(async () => {
    database = dynalite({ createTableMs: 20 }).listen(0, '127.0.0.1');
    await new Promise((resolve) => database.once('listening', resolve));
    way = await wayTo(portOf(database));
    url = `http://127.0.0.1:${way.port}`;
    data = await newFolder();
    service = await startKms({ data, args: ['--dynamodb-endpoint', url], env });
  }, 20_000);
  afterAll(async () => {
    await killAll();
    await way.close();
    database.close();
    await removeFolders();
  });

  it('leaves word of it in the data folder: root keys there are not to be rotated without those keys', async () => {
    expect(await readFile(join(data, 'external-dynamodb'), 'utf8')).toBe(`${url}\n`);
  });

  it('makes its tables there, a set for each Region that is used, and works on them', async () => {
    const tables = async () => {
      const client = new DynamoDBClient({
        endpoint: url,
        region: 'eu-central-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      });
      const { TableNames } = await client.send(new ListTablesCommand({}));
      client.destroy();
      return TableNames ?? [];
    };
    expect(await tables()).toEqual([]);
    for (const region of ['us-east-1', 'sa-east-1']) {
      const kms = await sdkClient(service, { region });
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
      const Plaintext = Buffer.from('far away');
      const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext }));
      const opened = await kms.send(new DecryptCommand({ CiphertextBlob }));
      expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
      expect((await kms.send(new ListKeysCommand({}))).Keys).toHaveLength(1);
      expect(await tables()).toEqual(
        expect.arrayContaining(['keys', 'aliases', 'grants'].map((name) => `kms-${region}-${name}`)),
      );
      kms.destroy();
    }
  });

  it('says where the keys are', async () => {
    const answer = await fetch(`${service.endpoint}/health?deep=1`);
    expect(await answer.json()).toMatchObject({ status: 'ok', storage: url });
  });

  it('finds its keys again after a restart', async () => {
    const kms = await sdkClient(service);
    const { Keys } = await kms.send(new ListKeysCommand({}));
    expect(Keys).toHaveLength(1);
    expect(await service.stop()).toMatchObject({ code: 0 });
    service = await startKms({ data, env: { ...env, KMS_DYNAMODB_ENDPOINT: url } });
    const again = await sdkClient(service);
    expect((await again.send(new ListKeysCommand({}))).Keys).toEqual(Keys);
    kms.destroy();
    again.destroy();
  });

  it.each([
    ['there are no credentials', { AWS_ACCESS_KEY_ID: '' }, /why: .*credentials.*\nhint: set AWS_ACCESS_KEY_ID/],
    ['no database answers', { KMS_DYNAMODB_ENDPOINT: 'http://127.0.0.1:1' }, /why: connect ECONNREFUSED.*\nhint: /],
  ])('does not start when %s', async (_, other, because) => {
    const noOtherWay = { AWS_EC2_METADATA_DISABLED: 'true', AWS_SHARED_CREDENTIALS_FILE: data, AWS_CONFIG_FILE: data };
    const refused = await runKms('start', {
      args: ['--data', await newFolder(), '--port', '0'],
      env: { ...env, KMS_DYNAMODB_ENDPOINT: url, ...noOtherWay, ...other },
    });
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(because) });
  });

  it('fails calls while the database is away, says so, and goes on when it is back', async () => {
    const kms = await sdkClient(service);
    const { Keys } = await kms.send(new ListKeysCommand({}));
    await way.close();
    await expect(kms.send(new ListKeysCommand({}))).rejects.toMatchObject({
      name: expect.stringMatching(/^(KMSInternalException|DependencyTimeoutException)$/),
      $metadata: { httpStatusCode: expect.any(Number) },
    });
    expect((await fetch(`${service.endpoint}/health?deep=1`)).status).toBe(503);
    expect((await fetch(`${service.endpoint}/health`)).status).toBe(200);
    expect(service.stderr()).toMatch(/^error: .*ECONNREFUSED/ms);
    way = await wayTo(portOf(database), way.port);
    expect((await kms.send(new ListKeysCommand({}))).Keys).toEqual(Keys);
    kms.destroy();
  });
});
