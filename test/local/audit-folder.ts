import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, vi } from 'vitest';
import { entryOf } from '../../lambdas/pipeline/audit-entry.ts';
import type { LogEntry } from '../../lambdas/pipeline/ports.ts';
import { type LocalAuditLog, openAuditLog } from '../../local/audit/audit-log.ts';

/** The audit folder of the test that runs: new for each, and not there until something makes it. */
export let folder = '';
/** What the log under test told the owner of the service. */
export let logged: LogEntry[] = [];
let parent = '';
const logs: LocalAuditLog[] = [];

/** Gives each test of the file its folder. Called by the file itself, since files share the modules that they import. */
export const newAuditFolders = (): void => {
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'audit-log-'));
    folder = join(parent, 'audit');
    logged = [];
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
    vi.useRealTimers();
    for (const log of logs.splice(0)) await log.close();
    await rm(parent, { recursive: true, force: true });
  });
};

export const opened = async (): Promise<LocalAuditLog> => {
  const now = () => new Date('2027-01-31T23:59:58Z');
  const log = await openAuditLog({ folder, now, log: (entry) => logged.push(entry) });
  logs.push(log);
  return log;
};

export const record = (eventID: string, recipientAccountId = '111122223333', awsRegion = 'us-east-1') => ({
  eventID,
  recipientAccountId,
  awsRegion,
  requestParameters: { encryptionContext: { text: 'Zürich \u2028 "🔑"\n' } },
});

export const names = (count: number, prefix = ''): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

export const writeAll = (log: LocalAuditLog, ids: string[]) =>
  Promise.all(ids.map((id) => log.write(entryOf(record(id)))));

/** Every file below the folder, by its path. */
export const files = async (): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name).slice(folder.length + 1)] : [],
  );
};

export const recordsOf = async (file: string): Promise<{ eventID: string }[]> =>
  JSON.parse(gunzipSync(await readFile(join(folder, file))).toString()).Records;

export const filedIds = async (): Promise<string[]> => {
  const filed = (await files()).filter((file) => file.endsWith('.json.gz'));
  const records = await Promise.all(filed.map(recordsOf));
  return records.flat().map(({ eventID }) => eventID);
};

/** All file handles have this prototype: what is stubbed here is stubbed for the log under test. */
export const handles = async () => {
  const handle = await open(parent);
  await handle.close();
  return Object.getPrototypeOf(handle) as typeof handle; // a prototype has the methods of its instances
};

/** A stub of a function of `node:fs`, seen also by those who import it by its name. */
export const stubbed = <Stub>(stub: Stub): Stub => {
  syncBuiltinESMExports();
  return stub;
};

export const spoolName = '20270131T2359Z_AbCdEfGhIjKl0123.jsonl';
export const fileOf = (account: string, region: string) =>
  `AWSLogs/${account}/CloudTrail/${region}/2027/01/31/${account}_CloudTrail_${region}_20270131T2359Z_AbCdEfGhIjKl0123.json.gz`;
export const line = (...values: Parameters<typeof record>) => `${JSON.stringify(record(...values))}\n`;

/** What a process that was killed leaves behind. */
export const leave = async (name: string, text: string | Uint8Array): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), text);
};
