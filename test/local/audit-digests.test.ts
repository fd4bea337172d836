import { copyFile, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { entryOf } from '../../lambdas/pipeline/audit-entry.ts';
import { type LocalAuditLog, openAuditLog } from '../../local/audit/audit-log.ts';
import { openDigestKey } from '../../local/audit/digest-key.ts';
import { openDigests } from '../../local/audit/digests.ts';
import { verifyFolder } from '../../local/audit/verify-folder.ts';
import { rsaPair } from '../rsa-keys.ts';

const { privateKey } = await rsaPair(2048);
const account = '111122223333';
let data = '';
let folder = '';
let keyFile = '';
let now = new Date(0);
const logged: unknown[] = [];

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'audit-digests-'));
  folder = join(data, 'audit');
  keyFile = join(data, 'key.pem');
  await writeFile(keyFile, privateKey.export({ format: 'pem', type: 'pkcs8' }));
  now = new Date('2027-01-31T10:20:30Z');
  logged.length = 0;
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(data, { recursive: true, force: true });
});

const open = async (): Promise<LocalAuditLog> => {
  const common = { folder, now: () => now, log: (entry: unknown) => void logged.push(entry) };
  const digests = await openDigests({ ...common, openKey: async () => privateKey });
  return openAuditLog({ ...common, digests });
};

const write = (log: LocalAuditLog, eventID: string, recipientAccountId = account) =>
  log.write(entryOf({ eventID, recipientAccountId, awsRegion: 'us-east-1', eventTime: now.toISOString() }));

/** One run of the service, at a time. */
const run = async (time: string, ...ids: string[]) => {
  now = new Date(time);
  const log = await open();
  for (const id of ids) await write(log, id);
  await log.close();
};

const filesOf = async (pattern: RegExp): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true });
  return entries
    .map((path) => path.split('\\').join('/'))
    .filter((path) => pattern.test(path))
    .sort();
};
const digestFiles = () => filesOf(/CloudTrail-Digest_.*\.json\.gz$/);
const logFiles = () => filesOf(/_CloudTrail_.*\.json\.gz$/);
const contentOf = async (object: string) => JSON.parse(gunzipSync(await readFile(join(folder, object))).toString());
const spans = async () => {
  const digests = await Promise.all((await digestFiles()).map(contentOf));
  return digests.map((one) => `${one.digestStartTime} ${one.digestEndTime} ${one.logFiles.length}`);
};
const damages = async (span: { from?: Date; to?: Date } = {}) => {
  const results = await verifyFolder({ folder, keyFiles: [keyFile], ...span });
  return [...results.values()].flatMap((verified) => verified.damages).map(({ kind, object }) => `${kind} ${object}`);
};

describe('digests', () => {
  it('cover the last hour when the log is closed, and the others of the day when it is opened again', async () => {
    await run('2027-01-31T10:20:30Z', 'a');
    await run('2027-01-31T13:05:00Z', 'b');
    expect(await spans()).toEqual([
      '2027-01-31T10:00:00Z 2027-01-31T10:20:30Z 1',
      '2027-01-31T10:20:30Z 2027-01-31T11:00:00Z 0',
      '2027-01-31T11:00:00Z 2027-01-31T12:00:00Z 0',
      '2027-01-31T12:00:00Z 2027-01-31T13:00:00Z 0',
      '2027-01-31T13:00:00Z 2027-01-31T13:05:00Z 1',
    ]);
    expect(await damages()).toEqual([]);
  });

  it('are made on the hour while the log is open', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
    const log = await open();
    await write(log, 'a');
    await vi.advanceTimersByTimeAsync(60_000); // the spool becomes a log file
    await expect.poll(logFiles).toHaveLength(1);
    expect(await spans()).toEqual([]);
    now = new Date('2027-01-31T11:00:10Z');
    await vi.advanceTimersByTimeAsync(60_000);
    const hour = ['2027-01-31T10:00:00Z 2027-01-31T11:00:00Z 1'];
    await expect.poll(spans).toEqual(hour);
    await log.close();
    expect(await spans()).toEqual(hour);
  });

  it('leave out days without calls', async () => {
    await run('2027-01-31T22:10:00Z', 'a');
    await run('2027-02-20T02:10:00Z', 'b');
    expect((await spans()).map((span) => span.slice(0, 13))).toEqual([
      '2027-01-31T22',
      '2027-01-31T22',
      '2027-01-31T23',
      '2027-02-20T00',
      '2027-02-20T01',
      '2027-02-20T02',
    ]);
    expect(await damages()).toEqual([]);
  });

  it('have the members of CloudTrail, and name the one before', async () => {
    await run('2027-01-31T10:20:30Z', 'a', 'b');
    await run('2027-01-31T10:40:00Z', 'c');
    const [first = '', second = ''] = await digestFiles();
    const sig = JSON.parse(await readFile(join(folder, first.replace('.json.gz', '.sig.json')), 'utf8'));
    expect(await contentOf(first)).toMatchObject({ previousDigestS3Object: null, previousDigestSignature: null });
    expect(await contentOf(second)).toEqual({
      awsAccountId: account,
      digestStartTime: '2027-01-31T10:20:30Z',
      digestEndTime: '2027-01-31T10:40:00Z',
      digestS3Bucket: 'audit',
      digestS3Object: second,
      digestPublicKeyFingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      digestSignatureAlgorithm: 'SHA256withRSA',
      newestEventTime: '2027-01-31T10:40:00.000Z',
      oldestEventTime: '2027-01-31T10:40:00.000Z',
      previousDigestS3Bucket: 'audit',
      previousDigestS3Object: first,
      previousDigestHashValue: expect.stringMatching(/^[0-9a-f]{64}$/),
      previousDigestHashAlgorithm: 'SHA-256',
      previousDigestSignature: sig.signature,
      logFiles: [expect.objectContaining({ s3Object: (await logFiles())[1], hashAlgorithm: 'SHA-256' })],
    });
  });

  it('are chained for each account by itself', async () => {
    const log = await open();
    await write(log, 'a');
    await write(log, 'b', '444455556666');
    await log.close();
    const results = await verifyFolder({ folder, keyFiles: [keyFile] });
    expect([...results].map(([place, { digests }]) => [place, digests]).sort()).toEqual([
      ['111122223333/us-east-1', 1],
      ['444455556666/us-east-1', 1],
    ]);
  });

  it('take up what a crash left before it came into a digest', async () => {
    await run('2027-01-31T10:20:30Z', 'a');
    now = new Date('2027-01-31T10:30:00Z');
    const withoutDigests = await openAuditLog({ folder, now: () => now, log: () => {} });
    await write(withoutDigests, 'b');
    await withoutDigests.close();
    await run('2027-01-31T11:30:00Z');
    expect(await damages()).toEqual([]);
    const [, second = ''] = await digestFiles();
    expect((await contentOf(second)).logFiles).toHaveLength(1);
  });

  it('tell of a log file what is in it, where a power cut has shortened the spool that it was made of', async () => {
    const withoutDigests = await openAuditLog({ folder, now: () => now, log: () => {} });
    await write(withoutDigests, 'a');
    await write(withoutDigests, 'b');
    const lines = await readFile(join(folder, 'spool.jsonl'), 'utf8');
    await withoutDigests.close();
    const [file = ''] = await logFiles();
    const name = `${/\d{8}T\d{4}Z_\w{16}/.exec(file)?.[0]}.jsonl`;
    await writeFile(join(folder, name), lines.slice(0, lines.indexOf('\n') + 1));
    await run('2027-01-31T10:30:00Z');
    expect(await filesOf(/jsonl$/)).toEqual([]);
    expect((await contentOf(file)).Records).toHaveLength(2);
    expect(await spans()).toEqual(['2027-01-31T10:00:00Z 2027-01-31T10:30:00Z 1']);
    expect(await damages()).toEqual([]);
  });
});

it('keeps the key to itself, and the same one', async () => {
  const path = join(data, 'audit-signing-key.pem');
  const made = await openDigestKey(path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await openDigestKey(path)).equals(made)).toBe(true);
  expect(made.asymmetricKeyDetails?.modulusLength).toBe(2048);
});

describe('verification finds', () => {
  let digests: string[] = [];
  let logs: string[] = [];
  beforeEach(async () => {
    await run('2027-01-31T10:20:30Z', 'a');
    await run('2027-01-31T10:40:30Z', 'b');
    await run('2027-01-31T11:30:00Z', 'c');
    digests = await digestFiles(); // 10:20:30, 10:40:30, 11:00, 11:30
    logs = await logFiles();
    expect(await damages()).toEqual([]);
  });
  const at = (files: readonly string[], index: number) => files[index] ?? '';
  const path = (object: string) => join(folder, object);
  const rewrite = async (object: string, change: (text: string) => string) =>
    writeFile(path(object), gzipSync(change(gunzipSync(await readFile(path(object))).toString())));
  const swap = async (one: string, other: string) => {
    await rename(path(one), path('aside'));
    await rename(path(other), path(one));
    await rename(path('aside'), path(other));
  };

  it('a log file that was changed', async () => {
    await rewrite(at(logs, 1), (text) => text.replace('"b"', '"x"'));
    expect(await damages()).toEqual([`changed ${at(logs, 1)}`]);
  });

  it('a log file that is not gzip any more', async () => {
    await writeFile(path(at(logs, 1)), 'x');
    expect(await damages()).toEqual([`changed ${at(logs, 1)}`]);
  });

  it('a log file that is missing', async () => {
    await rm(path(at(logs, 0)));
    expect(await damages()).toEqual([`missing ${at(logs, 0)}`]);
  });

  it('a log file that was added', async () => {
    const added = at(logs, 0).replace(/_\w{16}\.json/, '_AAAAAAAAAAAAAAAA.json');
    await copyFile(path(at(logs, 0)), path(added));
    expect(await damages()).toEqual([`added ${added}`]);
  });

  it('a log file that was added while the service was stopped, and does not take it up', async () => {
    const added = at(logs, 0).replace(/_\w{16}\.json/, '_AAAAAAAAAAAAAAAA.json');
    await copyFile(path(at(logs, 0)), path(added));
    await run('2027-01-31T12:30:00Z', 'd');
    expect(await damages()).toEqual([`added ${added}`]);
  });

  it('log files that changed places', async () => {
    await swap(at(logs, 0), at(logs, 2));
    expect(await damages()).toEqual([`reordered ${at(logs, 0)}`, `reordered ${at(logs, 2)}`]);
  });

  it('a digest that was changed, even when its signature is gone with it', async () => {
    await rewrite(at(digests, 1), (text) => text.replace('"2027-01-31T10:40:30Z"', '"2027-01-31T10:40:31Z"'));
    expect(await damages()).toContain(`changed ${at(digests, 1)}`);
    await rm(path(at(digests, 1).replace('.json.gz', '.sig.json')));
    expect(await damages()).toEqual(expect.arrayContaining([`missing ${at(digests, 1)}`, `changed ${at(digests, 1)}`]));
  });

  it('a digest that somebody else signed', async () => {
    const { privateKey: stranger } = await rsaPair(2048, 1);
    await writeFile(keyFile, stranger.export({ format: 'pem', type: 'pkcs8' }));
    expect(await damages()).toEqual(digests.map((object) => `changed ${object}`));
  });

  it('a digest that is missing, with what only it lists', async () => {
    await rm(path(at(digests, 1)));
    expect(await damages()).toEqual([`missing ${at(digests, 1)}`, `added ${at(logs, 1)}`]);
  });

  it('digests that changed places', async () => {
    await swap(at(digests, 1), at(digests, 2));
    expect(await damages()).toEqual(
      expect.arrayContaining([`reordered ${at(digests, 1)}`, `reordered ${at(digests, 2)}`]),
    );
  });

  it('a digest that cannot be read, and a chain that begins anew after it', async () => {
    await writeFile(path(at(digests, 3)), 'x');
    await run('2027-01-31T11:50:00Z', 'd');
    expect(logged).toMatchObject([{ level: 'error' }]);
    const [, , , , anew = ''] = await digestFiles();
    expect(await damages()).toEqual(expect.arrayContaining([`changed ${at(digests, 3)}`, `missing ${anew}`]));
  });

  it('only what is asked for by time', async () => {
    await rm(path(at(logs, 0)));
    expect(await damages({ from: new Date('2027-01-31T10:30:00Z') })).toEqual([]);
    expect(await damages({ to: new Date('2027-01-31T10:30:00Z') })).toHaveLength(1);
  });

  it('nothing in files that no digest can have yet', async () => {
    const recent = at(logs, 2).replace(/T1130Z_\w{16}/, 'T1145Z_AAAAAAAAAAAAAAAA');
    await copyFile(path(at(logs, 2)), path(recent));
    const [verified] = (await verifyFolder({ folder, keyFiles: [keyFile] })).values();
    expect(verified).toMatchObject({ damages: [], notYet: 1, logFiles: 3 });
  });

  it('as much with the public key that lies beside the digests', async () => {
    const [pem = ''] = await filesOf(/\.pem$/);
    expect(dirname(pem)).toBe(`AWSLogs/${account}/CloudTrail-Digest`);
    const results = await verifyFolder({ folder, keyFiles: [path(pem)] });
    expect([...results.values()].flatMap((verified) => verified.damages)).toEqual([]);
  });
});
