import { copyFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { wrappedRootVersion } from '../../core/crypto/key-wrap.ts';
import { openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { listen } from '../../local/server.ts';
import { openLocalService } from '../../local/service.ts';
import type { Documents } from '../../stores/dynamo/documents.ts';
import { filesWith, piecesOf } from '../local/raw-files.ts';
import { newFolder, removeFolders } from './folders.ts';
import { runHere } from './run-here.ts';
import { type SignedCalls, signedCalls } from './signed-calls.ts';
import { killAll, runKms, startKms } from './start-kms.ts';

afterEach(killAll);
afterAll(removeFolders);

const rotate = (data: string, ...args: string[]) => runHere('root', { args: ['rotate', '--data', data, ...args] });
const rootsIn = async (data: string) => (await readdir(data)).filter((name) => name.startsWith('root-secret.'));

/** Does something with a service that runs only meanwhile. */
const withService = async <Result>(data: string, act: (calls: SignedCalls) => Promise<Result>): Promise<Result> => {
  const service = await openLocalService({ dataDir: data, log: () => {} });
  const server = await listen(service, { host: '127.0.0.1', port: 0 });
  const [admin] = service.principals.all();
  if (admin === undefined) throw new Error('no principal was made');
  const { accessKeyId, secretAccessKey } = admin;
  const calls = await signedCalls(`http://127.0.0.1:${server.port}`, { accessKeyId, secretAccessKey });
  try {
    return await act(calls);
  } finally {
    calls.close();
    await server.stop();
    await service.close();
  }
};
const encrypt = async ({ send, call }: SignedCalls, region = 'us-east-1') => {
  await call('CreateKey');
  const sendIn = async (operation: string, members: object) =>
    (await send({ operation, region, body: JSON.stringify(members) })).members;
  const { KeyMetadata } = await sendIn('CreateKey', {});
  const { CiphertextBlob } = await sendIn('Encrypt', { KeyId: KeyMetadata.KeyId, Plaintext: 'AAAA' });
  return { region, body: JSON.stringify({ CiphertextBlob }) };
};
type Blob = Awaited<ReturnType<typeof encrypt>>;
const openAll = async ({ send }: SignedCalls, blobs: readonly Blob[]) => {
  for (const blob of blobs) {
    expect(await send({ operation: 'Decrypt', ...blob })).toMatchObject({ members: { Plaintext: 'AAAA' } });
  }
};

/** The table of keys in the database of a service that does not run. */
const withTable = async <Result>(data: string, act: (table: Documents) => Promise<Result>) => {
  const { documents, close } = await openEmbeddedDynamoDb({ path: join(data, 'db') });
  try {
    return await act(documents);
  } finally {
    await close();
  }
};
const TableName = 'kms-us-east-1-keys';
const wrappedIn = (data: string) =>
  withTable(data, async (table) => {
    const { Items = [] } = await table.scan({ TableName });
    return Items.flatMap(({ wrapped }) => (wrapped ? [wrapped as Uint8Array] : []));
  });

describe('kms root rotate', () => {
  it('puts another root key in the place of the one there is, in every Region, and leaves no trace of that', async () => {
    const data = await newFolder();
    const { blobs, NextMarker } = await withService(data, async (calls) => ({
      blobs: [await encrypt(calls), await encrypt(calls, 'eu-west-1')],
      NextMarker: (await calls.call('ListKeys', { Limit: 1 })).members.NextMarker,
    }));
    const before = await wrappedIn(data);
    expect(await rotate(data)).toEqual({
      code: 0,
      stdout: 'the root key is version 2 now: 4 items of key material were wrapped anew, version 1 removed\n',
      stderr: '',
    });
    expect(await rootsIn(data)).toEqual(['root-secret.2']);
    expect((await stat(join(data, 'root-secret.2'))).mode & 0o777).toBe(0o600);
    const after = await wrappedIn(data);
    expect(after.map(wrappedRootVersion)).toEqual(before.map(() => 2));
    expect(await filesWith(join(data, 'db'), before.flatMap(piecesOf))).toEqual([]);
    expect(await filesWith(join(data, 'db'), after.flatMap(piecesOf))).not.toEqual([]);
    await withService(data, async (calls) => {
      await openAll(calls, blobs);
      blobs.push(await encrypt(calls));
      expect(await calls.call('ListKeys', { Limit: 1, Marker: NextMarker })).toMatchObject({
        status: 400,
        members: { __type: 'InvalidMarkerException' },
      });
    });
    const again = await rotate(data, '--json');
    expect(JSON.parse(again.stdout)).toEqual({ version: 3, items: 6, removed: [2] });
    await withService(data, (calls) => openAll(calls, blobs));
  });

  it.each(['little', 'all'] as const)(
    'was cut off when %s was wrapped anew: the service runs, and the next one ends it',
    async (done) => {
      const data = await newFolder();
      const blobs = await withService(data, async (calls) => [await encrypt(calls)]);
      if (done === 'all') {
        await copyFile(join(data, 'root-secret.1'), join(data, 'kept'));
        await rotate(data);
        await copyFile(join(data, 'kept'), join(data, 'root-secret.1'));
        await rm(join(data, 'kept'));
      } else await writeFile(join(data, 'root-secret.2'), crypto.getRandomValues(new Uint8Array(64)), { mode: 0o600 });
      await withService(data, async (calls) => {
        await openAll(calls, blobs);
        if (done === 'little') blobs.push(await encrypt(calls)); // under the second
      });
      expect(await rotate(data)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^the root key is version 2 now: .* version 1 removed$/m),
        stderr: expect.stringContaining('this finished a rotation'),
      });
      expect(await rootsIn(data)).toEqual(['root-secret.2']);
      await withService(data, (calls) => openAll(calls, blobs));
    },
  );

  it('loses nothing, killed at any moment', async () => {
    const data = await newFolder();
    const blobs = await withService(data, async (calls) => [await encrypt(calls), await encrypt(calls)]);
    for (const milliseconds of [250, 400, 550]) {
      const killed = runKms('root', { args: ['rotate', '--data', data] });
      await pause(milliseconds);
      await killAll();
      await killed;
      await withService(data, async (calls) => {
        await openAll(calls, blobs);
        blobs.push(await encrypt(calls));
      });
    }
    expect(await rotate(data)).toMatchObject({ code: 0 });
    expect(await rootsIn(data)).toHaveLength(1);
    await withService(data, (calls) => openAll(calls, blobs));
  });

  it('keeps the old root, and says why, while something does not open that is under it', async () => {
    const data = await newFolder();
    const blobs = await withService(data, async (calls) => [await encrypt(calls), await encrypt(calls)]);
    const unaltered = await withTable(data, async (table) => {
      const { Items = [] } = await table.scan({ TableName });
      const item = Items.find(({ wrapped }) => wrapped) ?? {};
      const wrapped = Buffer.from(item.wrapped as Uint8Array).fill(7, 30); // as it is stored
      await table.put({ TableName, Item: { ...item, wrapped } });
      return item;
    });
    expect(await rotate(data)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        new RegExp(`${unaltered.KeyId}.*1 item of key material cannot be wrapped under version 2.*why: .*hint: `, 's'),
      ),
    });
    expect(await rootsIn(data)).toEqual(['root-secret.1', 'root-secret.2']);
    await withTable(data, (table) => table.put({ TableName, Item: unaltered }));
    expect(await rotate(data)).toMatchObject({ code: 0 });
    await withService(data, (calls) => openAll(calls, blobs));
  });

  it('refuses while the service runs, where there is none, and where keys are elsewhere', async () => {
    const [data, nothing] = [await newFolder(), await newFolder()];
    const service = await startKms({ data });
    expect(await rotate(data)).toMatchObject({ code: 1, stderr: expect.stringMatching(/in use.*hint: .*stop it/s) });
    await service.stop();
    expect(await rotate(nothing)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no service has kept keys'),
    });
    await expect(stat(nothing)).rejects.toThrow('ENOENT');
    await writeFile(join(data, 'external-dynamodb'), 'http://127.0.0.1:8000\n');
    expect(await rotate(data)).toMatchObject({ code: 1, stderr: expect.stringContaining('in a database elsewhere') });
    expect(await rootsIn(data)).toEqual(['root-secret.1']);
  });
});
