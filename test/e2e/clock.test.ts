import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  type KMSClient,
  ListKeyRotationsCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { askControl } from '../../cli/control.ts';
import { wrapAsClient } from '../importing.ts';
import { newFolder, removeFolders } from './folders.ts';
import { runHere } from './run-here.ts';
import { sdkClient } from './sdk-client.ts';
import { killAll, type RunningKms, readPrincipals, startKms } from './start-kms.ts';

const day = 86_400_000;
const Plaintext = Buffer.from('p');

describe('the clock', () => {
  let data: string;
  let service: RunningKms;
  let kms: KMSClient;
  const start = async () => {
    service = await startKms({ data });
    kms = await sdkClient(service);
  };
  beforeAll(async () => {
    data = await newFolder();
    await start();
  }, 20_000);
  beforeEach(() => askControl(data, 'clock', { reset: true }));
  afterAll(async () => {
    kms.destroy();
    await killAll();
    await removeFolders();
  });

  /** Has the command move it. @returns what it says, as milliseconds from real time */
  const clock = async (...args: string[]): Promise<number> => {
    const { code, stdout, stderr } = await runHere('clock', { args: [...args, '--data', data] });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return Date.parse(stdout.trim()) - Date.now();
  };
  const advance = (duration: string) => askControl(data, 'clock', { advance: duration });
  const newKey = async (input = {}) => (await kms.send(new CreateKeyCommand(input))).KeyMetadata?.KeyId ?? '';
  const stateOf = async (KeyId: string) => (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
  const encrypt = async (KeyId: string) =>
    (await kms.send(new EncryptCommand({ KeyId, Plaintext }))).CiphertextBlob ?? new Uint8Array();

  const isAbout = (milliseconds: number, expected: number) =>
    expect(Math.abs(milliseconds - expected)).toBeLessThan(60_000);

  it('is told, moved, set and reset by a command', async () => {
    isAbout(await clock(), 0);
    isAbout(await clock('+8d'), 8 * day);
    isAbout(await clock('+36h'), 9.5 * day);
    isAbout(await clock('-3h'), 9.375 * day);
    isAbout(await clock(), 9.375 * day);
    const instant = '2031-02-03T04:05:06Z';
    isAbout(await clock(instant), Date.parse(instant) - Date.now());
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    isAbout(KeyMetadata?.CreationDate?.getTime() ?? 0, Date.parse(instant));
    isAbout(await clock('reset'), 0);
  });

  it('refuses what is no time, and stays where it is', async () => {
    for (const wrong of ['+8', '8d', 'tomorrow', '+9999y', '2027-13-01T00:00:00Z']) {
      const { code, stderr } = await runHere('clock', { args: [wrong, '--data', data] });
      expect([wrong, code === 0, stderr.startsWith('kms clock: ')]).toEqual([wrong, false, true]);
    }
    isAbout(await clock(), 0);
  });

  it('rotates keys when it moves, and what they encrypted before still opens', async () => {
    const KeyId = await newKey();
    await kms.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 90 }));
    const before = await encrypt(KeyId);
    await advance('P181D');
    const { Rotations } = await kms.send(new ListKeyRotationsCommand({ KeyId }));
    expect(Rotations).toMatchObject([{ RotationType: 'AUTOMATIC' }, { RotationType: 'AUTOMATIC' }]);
    for (const CiphertextBlob of [before, await encrypt(KeyId)]) {
      const opened = await kms.send(new DecryptCommand({ CiphertextBlob }));
      expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
    }
  });

  it('deletes keys when it moves, and brings none back when it goes back', async () => {
    const [gone, stays] = [await newKey(), await newKey()];
    for (const KeyId of [gone, stays]) {
      await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: KeyId === gone ? 7 : 30 }));
    }
    const CiphertextBlob = await encrypt(await newKey());
    await advance('P6D');
    expect(await stateOf(gone)).toBe('PendingDeletion');
    for (const move of [{ advance: 'P2D' }, { set: new Date().toISOString() }, { reset: true }]) {
      await askControl(data, 'clock', move);
      await expect(stateOf(gone)).rejects.toThrow(expect.objectContaining({ name: 'NotFoundException' }));
      expect(await stateOf(stays)).toBe('PendingDeletion');
    }
    expect(await kms.send(new DecryptCommand({ CiphertextBlob }))).toHaveProperty('Plaintext');
  });

  it('lets imported material expire when it moves', async () => {
    await advance('P100D');
    const KeyId = await newKey({ Origin: 'EXTERNAL' });
    const WrappingAlgorithm = 'RSAES_OAEP_SHA_256';
    const { PublicKey, ImportToken, ParametersValidTo } = await kms.send(
      new GetParametersForImportCommand({ KeyId, WrappingAlgorithm, WrappingKeySpec: 'RSA_2048' }),
    );
    isAbout(ParametersValidTo?.getTime() ?? 0, Date.now() + 101 * day);
    const wrapping = Buffer.from(PublicKey ?? []).toString('base64');
    const EncryptedKeyMaterial = wrapAsClient(wrapping, WrappingAlgorithm, randomBytes(32));
    const ValidTo = new Date(Date.now() + 102 * day);
    await kms.send(new ImportKeyMaterialCommand({ KeyId, ImportToken, EncryptedKeyMaterial, ValidTo }));
    await encrypt(KeyId);
    await advance('P1D');
    await encrypt(KeyId);
    await advance('P2D');
    expect(await stateOf(KeyId)).toBe('PendingImport');
    await expect(encrypt(KeyId)).rejects.toThrow('is pending import');
  });

  it('ends the sessions of roles when it moves, while signatures keep real time', async () => {
    const principals = await readPrincipals(data);
    const secrets = {
      accessKeyId: 'ASIAEXAMPLEEXAMPLE77',
      secretAccessKey: 'x'.repeat(40),
      sessionToken: 't'.repeat(64),
    };
    const expires = new Date(Date.now() + 2 * day).toISOString();
    const policies = [{ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'kms:*', Resource: '*' } }];
    const sessions = [{ name: 's1', ...secrets, expires }];
    Object.assign(principals.accounts[0] ?? {}, { roles: [{ name: 'Lab', path: '/', policies, sessions }] });
    await service.stop();
    await writeFile(join(data, 'principals.json'), JSON.stringify(principals));
    kms.destroy();
    await start();

    const session = await sdkClient(service, { profile: 'Lab/s1' });
    expect(await session.send(new CreateKeyCommand({}))).toHaveProperty('KeyMetadata');
    await advance('P3D');
    await expect(session.send(new CreateKeyCommand({}))).rejects.toThrow(
      expect.objectContaining({ name: 'ExpiredTokenException' }),
    );
    expect(await newKey()).not.toBe('');
    const ahead = await sdkClient(service, { systemClockOffset: 3 * day });
    await expect(ahead.send(new CreateKeyCommand({}))).rejects.toThrow('Signature not yet current');
    for (const client of [session, ahead]) client.destroy();
  });

  it('stays moved when the service starts again, even after a kill', async () => {
    const KeyId = await newKey();
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    await advance('P8D');
    await service.kill();
    kms.destroy();
    await start();
    isAbout(await clock(), 8 * day);
    await expect(stateOf(KeyId)).rejects.toThrow(expect.objectContaining({ name: 'NotFoundException' }));
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    isAbout(KeyMetadata?.CreationDate?.getTime() ?? 0, Date.now() + 8 * day);
  });

  it('does not start with a clock that cannot be read: nobody knows which keys are to be gone', async () => {
    const data = await newFolder();
    await mkdir(data, { mode: 0o700 });
    for (const text of ['', '{"offsetMs":"1"}', '{"offsetMs":1e999}', '{"offsetMs":1e17}', '[8]']) {
      await writeFile(join(data, 'clock.json'), text);
      const { code, stderr } = await runHere('start', { args: ['--port', '0', '--data', data] });
      const message = 'clock.json does not say how far the clock was moved; it should read {"offsetMs":0}';
      expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    }
    expect(await readFile(join(data, 'clock.json'), 'utf8')).toBe('[8]');
  });

  it('is not moved for who has not read the token in the data folder', async () => {
    const token = (await readFile(join(data, 'control-token'), 'utf8')).trim();
    const body = JSON.stringify({ advance: 'P8D' });
    const ask = async (headers: Record<string, string>) =>
      (await fetch(`${service.endpoint}/_local/clock`, { method: 'POST', headers, body })).status;
    for (const headers of [{}, { 'x-kms-control': '' }, { 'x-kms-control': `${token}x` }]) {
      expect(await ask(headers as Record<string, string>)).toBe(403); // of one form or the other
    }
    isAbout(await clock(), 0);
    expect(await ask({ 'x-kms-control': token })).toBe(200);
    isAbout(await clock(), 8 * day);
  });
});
