import type { Server } from 'node:http';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, DecryptCommand, EncryptCommand, ListKeysCommand } from '@aws-sdk/client-kms';
import dynalite from 'dynalite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder, removeFolders } from './folders.ts';
import { sdkClient } from './sdk-client.ts';
import { killAll, type RunningKms, startKms } from './start-kms.ts';

/** A database of somebody else's, on a loopback port. */
describe('with --dynamodb-endpoint', { timeout: 30_000 }, () => {
  let database: Server;
  let url: string;
  let service: RunningKms;
  let data: string;
  const env = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_REGION: 'eu-central-1' };

  beforeAll(async () => {
    database = dynalite({ createTableMs: 20 }).listen(0, '127.0.0.1');
    await new Promise((resolve) => database.once('listening', resolve));
    const address = database.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address?.port}`;
    data = await newFolder();
    service = await startKms({ data, args: ['--dynamodb-endpoint', url], env });
  }, 20_000);
  afterAll(async () => {
    await killAll();
    database.closeAllConnections();
    database.close();
    await removeFolders();
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

  it('fails calls while the database is away, says so, and goes on when it is back', async () => {
    const kms = await sdkClient(service);
    const { port } = new URL(url);
    database.closeAllConnections();
    await new Promise((resolve) => {
      database.close(resolve);
      database.closeAllConnections();
    });
    await expect(kms.send(new ListKeysCommand({}))).rejects.toMatchObject({
      name: expect.stringMatching(/^(KMSInternalException|DependencyTimeoutException)$/),
      $metadata: { httpStatusCode: expect.any(Number) },
    });
    expect((await fetch(`${service.endpoint}/health?deep=1`)).status).toBe(503);
    expect((await fetch(`${service.endpoint}/health`)).status).toBe(200);
    expect(service.stderr()).toMatch(/^error: .*ECONNREFUSED/ms);
    database = dynalite({ createTableMs: 20 }).listen(Number(port), '127.0.0.1');
    await new Promise((resolve) => database.once('listening', resolve));
    await expect(kms.send(new ListKeysCommand({}))).rejects.toMatchObject({ name: 'KMSInternalException' }); // its tables are gone
    kms.destroy();
  });
});
