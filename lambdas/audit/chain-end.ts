import { parsedDigest, type StoredDigest, sha256, signatureFile } from '../../core/audit/digest.ts';
import { digestEnd, digestFolder, signatureObject } from '../../core/audit/digest-names.ts';
import { placeOf } from '../../core/audit/log-file.ts';
import type { Place } from '../../core/model/arn.ts';
import type { Runtime } from '../pipeline/ports.ts';
import { type StoredObject, type Trail, uncompressed } from './trail.ts';

/** Where a chain of digests stands. */
export interface ChainEnd {
  /** When the newest digest ends; its name tells even when it cannot be read. */
  readonly end: Date | undefined;
  /** `undefined` where a chain begins. */
  readonly last: StoredDigest | undefined;
}

/** Accounts and Regions that have log files. */
export async function* placesIn(trail: Trail): AsyncGenerator<Place> {
  for (const recipientAccountId of await trail.folders('AWSLogs/')) {
    for (const awsRegion of await trail.folders(`AWSLogs/${recipientAccountId}/CloudTrail/`)) {
      const place = placeOf({ recipientAccountId, awsRegion });
      if (place !== undefined) yield place;
    }
  }
}

/** A digest that cannot be read cannot be gone on from: the chain begins anew, and verification tells. */
export const chainEnd = async (trail: Trail, place: Place, log: Runtime['log']): Promise<ChainEnd> => {
  const newest = await newestDigest(trail, `${digestFolder(place)}/`);
  if (newest === undefined) return { end: undefined, last: undefined };
  const end = digestEnd(newest);
  const stored = await fetched(trail, newest);
  const last = await digestIn(newest, stored).catch((error: unknown) =>
    log({ level: 'error', message: `${newest} cannot be read; a new chain of digests begins`, error }),
  );
  // A crash may have come between the digest and this copy of its signature.
  if (last?.signature !== undefined) await trail.put(signatureObject(newest), signatureFile(last.signature));
  return { end, last: last ?? undefined };
};

/** @throws {Error} of S3 */
export const fetched = async (trail: Trail, object: string): Promise<StoredObject> => {
  const found = await trail.get(object);
  if (found === undefined) throw new Error(`${object} was listed and is not there`);
  return found;
};

/** @throws {Error} when the object holds no digest */
export const digestIn = async (object: string, { bytes, metadata }: StoredObject): Promise<StoredDigest> => {
  const text = await uncompressed(bytes);
  return { object, digest: parsedDigest(text), hash: sha256(text), signature: metadata.signature };
};

/** Folders are years, months and days: the newest come first. */
const newestDigest = async (trail: Trail, folder: string, depth = 3): Promise<string | undefined> => {
  if (depth === 0) {
    const names: string[] = [];
    for await (const object of trail.objects(folder)) if (digestEnd(object)) names.push(object);
    return names.at(-1);
  }
  const below = (await trail.folders(folder)).filter((name) => /^\d+$/.test(name)).sort();
  for (const name of below.reverse()) {
    const found = await newestDigest(trail, `${folder}${name}/`, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
};
