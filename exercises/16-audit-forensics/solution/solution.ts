import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Lab, solution } from '../../lesson.ts';
import type { LogRecord } from '../trail.ts';

export interface Findings {
  readonly file: string;
  readonly event: string;
  readonly who: string;
  readonly opened: readonly string[];
}

interface Found extends LogRecord {
  readonly sharedEventID?: string;
  readonly errorCode?: string;
}

/** Every JSON file of the log, by its path in it. */
const filesOf = async (lab: Lab): Promise<ReadonlyMap<string, Buffer>> => {
  const audit = lab.path('evidence/audit');
  const entries = await readdir(audit, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter(({ name }) => name.endsWith('.gz'))
    .map(({ parentPath, name }) => join(parentPath, name));
  const read = paths.map(
    async (path) => [relative(audit, path).replaceAll('\\', '/'), gunzipSync(await readFile(path))] as const,
  );
  return new Map(await Promise.all(read));
};

const parsed = <Member extends string, Value>(bytes: Uint8Array, member: Member): readonly Value[] =>
  JSON.parse(Buffer.from(bytes).toString())[member] ?? []; // of CloudTrail's form

/** What `kms audit verify` and `kms audit query` tell, by hand; the signatures of the digests are left to the former. */
export const investigate = async (lab: Lab): Promise<Findings> => {
  const files = await filesOf(lab);
  const listed = [...files.values()].flatMap((bytes) =>
    parsed<'logFiles', { s3Object: string; hashValue: string }>(bytes, 'logFiles'),
  );
  const file = listed.find(({ s3Object, hashValue }) => {
    const bytes = files.get(s3Object) ?? Buffer.alloc(0);
    return createHash('sha256').update(bytes).digest('hex') !== hashValue;
  })?.s3Object;

  const all = [...files.values()].flatMap((bytes) => parsed<'Records', Found>(bytes, 'Records'));
  const otherCopy = (one: Found) =>
    all.find((other) => other.sharedEventID === one.sharedEventID && other.eventID !== one.eventID);
  const suspect = parsed<'Records', Found>(files.get(file ?? '') ?? Buffer.from('{}'), 'Records').find(
    (one) => one.sharedEventID && otherCopy(one)?.userIdentity.principalId !== one.userIdentity.principalId,
  );
  const principal = suspect && otherCopy(suspect)?.userIdentity.principalId;
  const theirs = all.filter(({ userIdentity }) => userIdentity.principalId === principal);
  const opened = theirs.filter(({ errorCode }) => errorCode === undefined);
  return {
    file: file ?? '',
    event: suspect?.eventID ?? '',
    who: theirs.find(({ userIdentity }) => userIdentity.arn)?.userIdentity.arn ?? '',
    opened: [...new Set(opened.map(({ requestParameters }) => requestParameters.encryptionContext.customer))],
  };
};

export const report = (lab: Lab, findings: Findings): Promise<void> =>
  lab.write('findings.json', JSON.stringify(findings, undefined, 2));

export default solution(async (lab) => report(lab, await investigate(lab)));
