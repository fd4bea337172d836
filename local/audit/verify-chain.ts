import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { isSigned, type ListedLogFile, type StoredDigest, sha256 } from '../../core/audit/digest.ts';
import { logFileMinute } from '../../core/audit/log-file.ts';
import { readDigest, uncompressed } from './digest-file.ts';

/** What is wrong with a file of the audit log. */
export interface Damage {
  readonly kind: 'missing' | 'changed' | 'added' | 'reordered';
  /** The path of the file below the audit folder. */
  readonly object: string;
  readonly detail: string;
}

export interface Verified {
  readonly damages: readonly Damage[];
  readonly digests: number;
  readonly logFiles: number;
  /** Log files that came after the last digest: the next one will have them. */
  readonly notYet: number;
  /** Log files from before the first digest. */
  readonly before: number;
}

/** What there is of one account and Region: paths, oldest first. */
export interface Trail {
  readonly digests: readonly string[];
  readonly logFiles: readonly string[];
}

/** Walks a chain from its newest digest to its first, and compares what digests say of log files with what is there. */
export const verifyChain = async (
  folder: string,
  trail: Trail,
  keyOf: (fingerprint: string) => KeyObject | undefined,
) => {
  const damages: Damage[] = [];
  const report = (kind: Damage['kind'], object: string, detail: string) => damages.push({ kind, object, detail });
  const stored = new Map<string, StoredDigest>();
  for (const object of trail.digests) {
    const digest = await readDigest(folder, object).catch(() => undefined);
    if (digest) stored.set(object, digest);
    else report('changed', object, 'it cannot be read as a digest');
    if (digest) damages.push(...judgeAlone(digest, keyOf));
  }
  damages.push(...judgeLinks(stored, new Set(trail.digests)));

  const listed = new Map<string, { file: ListedLogFile; by: string }>();
  for (const { object: by, digest } of stored.values()) {
    for (const file of digest.logFiles) listed.set(file.s3Object, { file, by });
  }
  const owners = new Map([...listed.values()].map(({ file }) => [file.hashValue, file.s3Object]));
  const present = new Set(trail.logFiles);
  for (const [object, { file, by }] of listed) {
    if (!present.has(object)) {
      report('missing', object, `${by} lists it`);
      continue;
    }
    const hash = await uncompressed(join(folder, object)).then(sha256, () => undefined);
    if (hash === file.hashValue) continue;
    const other = hash === undefined ? undefined : owners.get(hash);
    if (other === undefined) report('changed', object, `its content is not what ${by} lists`);
    else report('reordered', object, `it holds what belongs in ${other}`);
  }

  const spans = [...stored.values()].map(({ digest }) => digest);
  const first = spans[0]?.digestStartTime;
  const last = spans.at(-1)?.digestEndTime;
  const unlisted = trail.logFiles.filter((object) => !listed.has(object));
  // Names of log files tell the minute only.
  const isAfter = (object: string) => last === undefined || Number(logFileMinute(object)) > Date.parse(last) - 60_000;
  const isBefore = (object: string) => first !== undefined && Number(logFileMinute(object)) < Date.parse(first);
  for (const object of unlisted.filter((name) => !isAfter(name) && !isBefore(name))) {
    report('added', object, 'no digest lists it');
  }
  const counts = { digests: trail.digests.length, logFiles: listed.size };
  return {
    damages,
    ...counts,
    notYet: unlisted.filter(isAfter).length,
    before: unlisted.filter((object) => !isAfter(object) && isBefore(object)).length,
  } satisfies Verified;
};

/** What a digest tells by itself: whose it is, and where it belongs. */
const judgeAlone = (stored: StoredDigest, keyOf: (fingerprint: string) => KeyObject | undefined): readonly Damage[] => {
  const { object, digest, signature } = stored;
  const { digestS3Object, digestPublicKeyFingerprint } = digest;
  if (digestS3Object !== object) return [{ kind: 'reordered', object, detail: `it belongs in ${digestS3Object}` }];
  if (signature === undefined) return [{ kind: 'missing', object, detail: 'its signature is not beside it' }];
  const key = keyOf(digestPublicKeyFingerprint);
  if (key === undefined)
    return [{ kind: 'changed', object, detail: `key ${digestPublicKeyFingerprint} is not trusted` }];
  return isSigned(stored, key) ? [] : [{ kind: 'changed', object, detail: 'its signature does not fit' }];
};

/** Each digest but the first names the one before it, by its path, its hash and its signature. */
const judgeLinks = (stored: ReadonlyMap<string, StoredDigest>, present: ReadonlySet<string>): readonly Damage[] => {
  const damages: Damage[] = [];
  const followed = new Map<string, string>();
  const firsts: string[] = [];
  for (const { object, digest } of stored.values()) {
    const previous = digest.previousDigestS3Object;
    if (previous === null) {
      firsts.push(object);
      continue;
    }
    const other = followed.get(previous);
    if (other) damages.push({ kind: 'added', object, detail: `it follows ${previous}, as ${other} does` });
    followed.set(previous, object);
    const before = stored.get(previous);
    if (before === undefined) {
      if (!present.has(previous)) damages.push({ kind: 'missing', object: previous, detail: `${object} follows it` });
    } else if (before.hash !== digest.previousDigestHashValue || before.signature !== digest.previousDigestSignature) {
      damages.push({ kind: 'changed', object: previous, detail: `it is not the one that ${object} follows` });
    } else if (before.digest.digestEndTime > digest.digestStartTime) {
      damages.push({ kind: 'reordered', object, detail: `it begins before ${previous} ends` });
    }
  }
  for (const object of firsts.slice(1)) {
    damages.push({
      kind: 'missing',
      object,
      detail: 'a chain begins with it, and nothing joins it to what was before',
    });
  }
  return damages;
};
