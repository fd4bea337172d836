import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** The members of audit records that tests here read. */
export interface FiledRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly requestID: string;
  readonly awsRegion: string;
  readonly recipientAccountId: string;
  readonly errorCode?: string;
}

const pathPattern =
  /^AWSLogs\/(\d{12})\/CloudTrail\/([a-z0-9-]+)\/\d{4}\/\d\d\/\d\d\/\1_CloudTrail_\2_\d{8}T\d{4}Z_\w{16}\.json\.gz$/;

const digestPattern =
  /^AWSLogs\/(\d{12})\/CloudTrail-Digest\/(?:[0-9a-f]{64}\.pem|([a-z0-9-]+)\/\d{4}\/\d\d\/\d\d\/\1_CloudTrail-Digest_\2_[\w-]+\.(?:json\.gz|sig\.json))$/;

/** Every record in the audit files of a data folder. @throws {Error} on a file that has no place there */
export const filedRecords = async (dataDir: string): Promise<FiledRecord[]> => {
  const audit = join(dataDir, 'audit');
  const entries = await readdir(audit, { recursive: true, withFileTypes: true });
  const records: FiledRecord[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    if (digestPattern.test(path.slice(audit.length + 1))) continue;
    if (!pathPattern.test(path.slice(audit.length + 1))) throw new Error(`what is ${path}?`);
    records.push(...JSON.parse((await promisify(gunzip)(await readFile(path))).toString()).Records);
  }
  return records;
};
