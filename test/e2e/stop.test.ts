import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  type KMSClient,
  paginateListKeys,
} from '@aws-sdk/client-kms';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { filedRecords } from './audit-files.ts';
import { newFolder, removeFolders } from './folders.ts';
import { sdkClient } from './sdk-client.ts';
import { killAll, startKms } from './start-kms.ts';

describe('stopping', () => {
  afterEach(killAll);
  afterAll(removeFolders);

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with 0 on %s, with everything kept and every call in the audit files',
    async (signal) => {
      const data = await newFolder();
      const service = await startKms({ data });
      const kms = await sdkClient(service);
      const abroad = await sdkClient(service, { region: 'eu-west-1' });
      const partner = await sdkClient(service, { profile: 'partner' });
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
      await kms.send(new CreateAliasCommand({ AliasName: 'alias/kept', TargetKeyId: KeyMetadata?.KeyId }));
      const Plaintext = Buffer.from('kept');
      const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: 'alias/kept', Plaintext }));
      await expect(kms.send(new EncryptCommand({ KeyId: 'alias/none', Plaintext }))).rejects.toThrow('not found');
      await abroad.send(new CreateKeyCommand({}));
      await partner.send(new CreateKeyCommand({}));
      expect(await service.stop(signal)).toMatchObject({ code: 0, signal: null });
      expect(service.stderr()).not.toMatch(/^(error|warn)/m);

      const records = await filedRecords(data);
      expect(
        records
          .map(({ eventName, awsRegion, recipientAccountId, errorCode }) => [
            eventName,
            awsRegion,
            recipientAccountId,
            errorCode,
          ])
          .sort(),
      ).toEqual([
        ['CreateAlias', 'us-east-1', '111122223333', undefined],
        ['CreateKey', 'eu-west-1', '111122223333', undefined],
        ['CreateKey', 'us-east-1', '111122223333', undefined],
        ['CreateKey', 'us-east-1', '444455556666', undefined],
        ['Encrypt', 'us-east-1', '111122223333', undefined],
        ['Encrypt', 'us-east-1', '111122223333', 'NotFoundException'],
      ]);

      const again = await startKms({ data });
      const reader = await sdkClient(again);
      const opened = await reader.send(new DecryptCommand({ KeyId: 'alias/kept', CiphertextBlob }));
      expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
      for (const client of [kms, abroad, partner, reader]) client.destroy();
    },
  );

  it('takes one signal that comes several times for one: from the terminal, and passed on by npm', async () => {
    const data = await newFolder();
    const service = await startKms({ data });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGINT'] as const) process.kill(service.pid ?? 0, signal);
    await pause(5);
    expect(await service.stop('SIGINT')).toMatchObject({ code: 0, signal: null });
    expect(await readdir(data)).not.toContain('lock.pid');
  });

  it.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)(
    'ends with 0 when npm alone gets %s, which waits for it',
    async (signal) => {
      const data = await newFolder();
      const npm = spawn('npm', ['start', '--', '--json', '--port', '0', '--data', data]);
      const ended = once(npm, 'exit');
      for await (const line of createInterface(npm.stdout)) if (line.startsWith('{')) break;
      npm.kill(signal);
      expect(await ended).toEqual([0, null]);
      expect(await readdir(data)).not.toContain('lock.pid');
    },
  );

  it('answers the calls that it has begun, and keeps exactly what it answered', async () => {
    const data = await newFolder();
    const service = await startKms({ data });
    const kms = await sdkClient(service);
    const answered: string[] = [];
    const create = async () => {
      for (;;) answered.push((await kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId ?? '');
    };
    const clients = Promise.allSettled([1, 2, 3, 4].map(create));
    while (answered.length < 20) await pause(5);
    expect(await service.stop()).toMatchObject({ code: 0 });
    await clients;

    const again = await startKms({ data });
    const reader = await sdkClient(again);
    expect((await allKeys(reader)).sort()).toEqual(answered.sort());
    await again.stop();
    const created = (await filedRecords(data)).filter(({ eventName }) => eventName === 'CreateKey');
    expect(created).toHaveLength(answered.length);
    kms.destroy();
    reader.destroy();
  });

  it('does not wait for clients that have sent nothing, half a request, or one and stay', async () => {
    const service = await startKms({ data: await newFolder() });
    const { hostname, port } = new URL(service.endpoint);
    const half = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{';
    const sockets = ['', half, 'GET /health HTTP/1.1\r\nhost: x\r\n\r\n'].map((bytes) => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      return new Promise<typeof socket>((resolve) => socket.write(bytes || Buffer.alloc(0), () => resolve(socket)));
    });
    await Promise.all(sockets);
    await pause(200);
    const began = performance.now();
    expect((await service.stop()).code).toBe(0);
    // docker stop kills after ten
    expect(performance.now() - began).toBeLessThan(10_000);
    for (const socket of sockets) (await socket).destroy();
  });

  it('leaves nothing but what the next start needs', async () => {
    const data = await newFolder();
    const service = await startKms({ data });
    const kms = await sdkClient(service);
    await kms.send(new CreateKeyCommand({}));
    kms.destroy();
    await service.stop();
    expect((await readdir(data)).sort()).toEqual(
      [
        'audit',
        'audit-signing-key.pem',
        'db',
        'endpoint',
        'installation-id',
        'lock',
        'principals.json',
        'root-secret.1',
      ].sort(),
    );
    expect(await readdir(join(data, 'audit'))).toEqual(['AWSLogs']);
  });

  it('can be killed at any moment of its first start: the next one finishes it', async () => {
    const data = await newFolder();
    for (const milliseconds of [250, 450, 650]) {
      const starting = startKms({ data }).catch((error: Error) => error);
      await pause(milliseconds);
      await killAll();
      await starting;
    }
    const service = await startKms({ data });
    const kms = await sdkClient(service);
    await kms.send(new CreateKeyCommand({}));
    expect(await allKeys(kms)).toHaveLength(1);
    expect(service.stderr()).not.toMatch(/^error/m);
    kms.destroy();
  });
});

const allKeys = async (client: KMSClient): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { Keys = [] } of paginateListKeys({ client }, {})) ids.push(...Keys.map(({ KeyId = '' }) => KeyId));
  return ids;
};
