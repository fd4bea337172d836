import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateKeyCommand, EncryptCommand, KMSServiceException } from '@aws-sdk/client-kms';
import { afterAll, expect, it } from 'vitest';
import { filedRecords } from './audit-files.ts';
import { newFolder, removeFolders } from './folders.ts';
import { runHere } from './run-here.ts';
import { sdkClient } from './sdk-client.ts';
import { killAll, startKms } from './start-kms.ts';

afterAll(async () => {
  await killAll();
  await removeFolders();
});

it('answers no call whose record does not fit on the disk, says why, and has all others on record', async () => {
  const data = await newFolder();
  // What a file may grow to is a limit that everybody may set, and the system keeps to it in the middle of a line.
  const service = await startKms({ data, fileKilobytes: 160 });
  const kms = await sdkClient(service);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand());
  const answered: string[] = [];
  const failed: KMSServiceException[] = [];
  while (failed.length < 3 && answered.length < 1000) {
    const call = new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: Buffer.from('some text') });
    const answer = await kms.send(call).catch((error: unknown) => error);
    if (answer instanceof KMSServiceException) failed.push(answer);
    else answered.push(String((answer as { $metadata: { requestId?: string } }).$metadata.requestId)); // what else is there
  }
  expect(failed.map(({ name, $metadata }) => [name, $metadata.httpStatusCode])).toEqual(
    Array(3).fill(['KMSInternalException', 500]),
  );
  expect(answered.length).toBeGreaterThan(50);
  kms.destroy();
  const { code, stderr } = await service.stop();
  expect(code).toBe(0);
  expect(stderr).toContain(`No audit record can be written to ${join(data, 'audit')}: calls fail until one can.`);
  expect(stderr).toContain('EFBIG');

  const encrypted = (await filedRecords(data)).filter(({ eventName }) => eventName === 'Encrypt');
  expect(encrypted.map(({ requestID }) => requestID).sort()).toEqual(answered.sort());
});

it('goes on when there is room again', async () => {
  const data = await newFolder();
  const service = await startKms({ data });
  const kms = await sdkClient(service);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand());
  const encrypt = () =>
    kms.send(new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: Buffer.from('some text') })).then(
      () => 'answered',
      ({ name }: Error) => name,
    );
  await rm(join(data, 'audit'), { recursive: true });
  await writeFile(join(data, 'audit'), 'in the way of the folder');
  expect(await encrypt()).toBe('KMSInternalException');
  expect(await encrypt()).toBe('KMSInternalException');
  await rm(join(data, 'audit'));
  expect(await encrypt()).toBe('answered');
  kms.destroy();
  const { stderr } = await service.stop();
  expect(stderr.split('No audit record can be written')).toHaveLength(2); // once
  expect(stderr).toContain('Audit records can be written');
  expect((await filedRecords(data)).map(({ eventName }) => eventName)).toEqual(['Encrypt']);
});

it('does not start on an audit folder that it cannot use, and says which', async () => {
  const data = await newFolder();
  await mkdir(data, { recursive: true, mode: 0o700 });
  await writeFile(join(data, 'audit'), 'in the way of the folder');
  const { code, stderr } = await runHere('start', { args: ['--port', '0', '--data', data] });
  expect(code).toBe(1);
  expect(stderr).toContain(join(data, 'audit'));
  expect(await readFile(join(data, 'audit'), 'utf8')).toBe('in the way of the folder');
});

it('is told that there is nothing to verify before the first digest', async () => {
  const { code, stderr } = await runHere('audit', { args: ['verify', '--data', await newFolder()] });
  expect(code).toBe(1);
  expect(stderr).toMatch(/nothing to verify yet\nwhy: .*\nhint: /);
});
