import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  type DigestOf,
  fingerprintOf,
  type ListedLogFile,
  listedLogFile,
  type StoredDigest,
  signatureFile,
  signedDigest,
} from '../../core/audit/digest.ts';
import { publicKeyObject, signatureObject } from '../../core/audit/digest-names.ts';
import { dueHours, type Span } from '../../core/audit/due-hours.ts';
import { firstSince, logFileMinute, logFolder } from '../../core/audit/log-file.ts';
import type { Place } from '../../core/model/arn.ts';
import type { Runtime } from '../pipeline/ports.ts';
import { atOnce } from './at-once.ts';
import { chainEnd, digestIn, fetched, placesIn } from './chain-end.ts';
import { digestAfterSeconds } from './delivery-facts.ts';
import { type Trail, uncompressed } from './trail.ts';

export interface DigestOptions extends Pick<Runtime, 'clock' | 'log'> {
  readonly trail: Trail;
  /** Of this installation; it stands in the names of the digests. */
  readonly homeRegion: string;
  openKey(): Promise<KeyObject>;
  /** Asked before each digest: what is left is still due. */
  outOfTime(): boolean;
}

/** Log files read at once. */
const filesAtOnce = 8;

/**
 * Makes the digests of all hours that have ended, for each account and Region in the bucket. Twice, late or side by side
 * it makes the same: bytes and signatures follow from the log files, and the first of a name stays.
 */
export const makeDigests = async (options: DigestOptions): Promise<{ made: number; failed: number }> => {
  const { trail, log, outOfTime } = options;
  const result = { made: 0, failed: 0 };
  for await (const place of placesIn(trail)) {
    if (outOfTime()) break;
    try {
      result.made += await makeDue(place, options);
    } catch (error) {
      result.failed += 1;
      const message = `No digest of the audit log of ${place.accountId} in ${place.region} was made`;
      log({ level: 'error', message, error });
    }
  }
  return result;
};

/** @returns how many were made */
const makeDue = async (place: Place, options: DigestOptions): Promise<number> => {
  const { trail, homeRegion, openKey, clock, outOfTime, log } = options;
  const { end, last: before } = await chainEnd(trail, place, log);
  const settled = new Date(clock().getTime() - digestAfterSeconds * 1000);
  const waiting = await logFilesSince(trail, place, end);
  const minutes = waiting.map(({ minute }) => minute);
  if (end === undefined && minutes.length === 0) return 0;

  let last: StoredDigest | undefined = before;
  let made = 0;
  for (const span of dueHours(end, minutes, settled)) {
    if (outOfTime()) break;
    const files = waiting.filter(({ minute }) => minute >= span.start && minute < span.end);
    const listed = await listedFiles(trail, files.map(({ object }) => object), log); // biome-ignore format: one thought
    const key = await openKey();
    await publish(trail, place, key);
    last = await store({ place, bucket: trail.bucket, homeRegion, last }, span, listed, key, trail);
    made += 1;
  }
  return made;
};

const logFilesSince = async (trail: Trail, place: Place, since = new Date(0)) => {
  const found: { object: string; minute: Date }[] = [];
  for await (const object of trail.objects(`${logFolder(place)}/`, firstSince(place, since))) {
    const minute = logFileMinute(object);
    if (minute !== undefined) found.push({ object, minute });
  }
  return found;
};

/** @throws {Error} of S3; a file that is none is told of and left out */
const listedFiles = async (
  trail: Trail,
  objects: readonly string[],
  log: Runtime['log'],
): Promise<readonly ListedLogFile[]> => {
  const listed = new Map<string, ListedLogFile>();
  await atOnce(filesAtOnce, objects, async (object) => {
    const { bytes } = await fetched(trail, object);
    try {
      const text = await uncompressed(bytes);
      const { Records } = JSON.parse(text.toString()) as { Records: readonly { eventTime?: unknown }[] }; // made by this service
      listed.set(object, listedLogFile(trail.bucket, object, [text], Records));
    } catch (error) {
      log({ level: 'error', message: `${object} cannot be read, and will be in no digest`, error });
    }
  });
  return objects.flatMap((object) => listed.get(object) ?? []);
};

/** Whoever has a digest finds the key to its signature beside it. */
const publish = async (trail: Trail, { accountId }: Place, key: KeyObject): Promise<void> => {
  const pem = createPublicKey(key).export({ format: 'pem', type: 'spki' });
  await trail.put(publicKeyObject(accountId, fingerprintOf(key)), pem);
};

/**
 * A digest and its signature are one object, as CloudTrail's; the copy of the signature beside it comes after it, and
 * says what the digest that is there has.
 */
const store = async (
  of: DigestOf,
  span: Span,
  files: readonly ListedLogFile[],
  key: KeyObject,
  trail: Trail,
): Promise<StoredDigest> => {
  const digest = signedDigest(of, span, files, key);
  const { object, bytes, digest: { digestSignatureAlgorithm } } = digest; // biome-ignore format: one thought
  const metadata = { signature: digest.signature, 'signature-algorithm': digestSignatureAlgorithm };
  const made = await trail.putCompressed(object, bytes, metadata);
  const stored = made ? digest : await digestIn(object, await fetched(trail, object));
  if (stored.signature !== undefined) await trail.put(signatureObject(object), signatureFile(stored.signature));
  return stored;
};
