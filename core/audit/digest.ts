import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Place } from '../model/arn.ts';
import { digestObject, inSeconds } from './digest-names.ts';
import type { Span } from './due-hours.ts';

/** A log file as a digest lists it: the hash is of the uncompressed bytes, 64 hex digits. */
export interface ListedLogFile {
  readonly s3Bucket: string;
  readonly s3Object: string;
  readonly hashValue: string;
  readonly hashAlgorithm: 'SHA-256';
  readonly newestEventTime: string | null;
  readonly oldestEventTime: string | null;
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html */
export interface Digest {
  readonly awsAccountId: string;
  readonly digestStartTime: string;
  readonly digestEndTime: string;
  readonly digestS3Bucket: string;
  readonly digestS3Object: string;
  readonly digestPublicKeyFingerprint: string;
  readonly digestSignatureAlgorithm: 'SHA256withRSA';
  readonly newestEventTime: string | null;
  readonly oldestEventTime: string | null;
  readonly previousDigestS3Bucket: string | null;
  readonly previousDigestS3Object: string | null;
  readonly previousDigestHashValue: string | null;
  readonly previousDigestHashAlgorithm: 'SHA-256' | null;
  readonly previousDigestSignature: string | null;
  readonly logFiles: readonly ListedLogFile[];
}

/** A digest as it is stored, whether its signature is right or not. */
export interface StoredDigest {
  readonly object: string;
  readonly digest: Digest;
  readonly hash: string;
  /** In hex; `undefined` where there is none to read. */
  readonly signature: string | undefined;
}

/** One that was just signed. */
export interface SignedDigest extends StoredDigest {
  /** Uncompressed; what the hash is of. */
  readonly bytes: Buffer;
  readonly signature: string;
}

export const sha256 = (...parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

/** SHA-256 of the public key, 64 hex digits. */
export const fingerprintOf = (key: KeyObject): string => {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return sha256(publicKey.export({ format: 'der', type: 'pkcs1' }));
};

/** @param parts of what is in it, uncompressed */
export const listedLogFile = (
  s3Bucket: string,
  s3Object: string,
  parts: readonly Uint8Array[],
  records: readonly { readonly eventTime?: unknown }[],
): ListedLogFile => {
  const times = records.flatMap(({ eventTime }) => (typeof eventTime === 'string' ? [eventTime] : []));
  return { s3Bucket, s3Object, hashValue: sha256(...parts), hashAlgorithm: 'SHA-256', ...newestAndOldest(times) };
};

/** The digest of a span of time, joined to the one before: the same bytes and signature for the same arguments. */
export const signedDigest = (
  { place, bucket, homeRegion, last }: DigestOf,
  { start, end }: Span,
  logFiles: readonly ListedLogFile[],
  key: KeyObject,
): SignedDigest => {
  const object = digestObject(place, end, homeRegion);
  const digest: Digest = {
    awsAccountId: place.accountId,
    digestStartTime: inSeconds(start),
    digestEndTime: inSeconds(end),
    digestS3Bucket: bucket,
    digestS3Object: object,
    digestPublicKeyFingerprint: fingerprintOf(key),
    digestSignatureAlgorithm: 'SHA256withRSA',
    ...newestAndOldest(
      logFiles.flatMap((file) => [file.newestEventTime, file.oldestEventTime]).filter((time) => time !== null),
    ),
    previousDigestS3Bucket: last?.digest.digestS3Bucket ?? null,
    previousDigestS3Object: last?.object ?? null,
    previousDigestHashValue: last?.hash ?? null,
    previousDigestHashAlgorithm: last ? 'SHA-256' : null,
    previousDigestSignature: last?.signature ?? null,
    logFiles,
  };
  const bytes = Buffer.from(JSON.stringify(digest));
  const hash = sha256(bytes);
  return { object, digest, bytes, hash, signature: sign('sha256', toSign(digest, object, hash), key).toString('hex') };
};

export interface DigestOf {
  readonly place: Place;
  readonly bucket: string;
  readonly homeRegion: string;
  /** The one before; `undefined` where a chain begins. */
  readonly last: StoredDigest | undefined;
}

const newestAndOldest = (times: readonly string[]) => {
  const sorted = times.toSorted();
  return { newestEventTime: sorted.at(-1) ?? null, oldestEventTime: sorted.at(0) ?? null };
};

/** @throws {Error} when this is no digest */
export const parsedDigest = (bytes: Buffer): Digest => {
  const digest = JSON.parse(bytes.toString()) as Digest; // what matters of it is signed, or looked at below
  if (!Array.isArray(digest?.logFiles)) throw new Error('it is no digest');
  return digest;
};

/** What lies beside a digest, where there is no metadata: its signature. */
export const signatureFile = (signature: string): string => {
  const algorithm: Digest['digestSignatureAlgorithm'] = 'SHA256withRSA';
  return `${JSON.stringify({ signature, 'signature-algorithm': algorithm })}\n`;
};

/** Signed with RSA PKCS #1 v1.5, as CloudTrail signs it. */
const toSign = (digest: Digest, object: string, hash: string): Buffer => {
  const { digestEndTime, digestS3Bucket, previousDigestSignature } = digest;
  return Buffer.from(
    [digestEndTime, `${digestS3Bucket}/${object}`, hash, previousDigestSignature ?? 'null'].join('\n'),
  );
};

/** Whether the signature is of this key, and of this digest at this place. */
export const isSigned = ({ object, digest, hash, signature }: StoredDigest, key: KeyObject): boolean =>
  signature !== undefined && verify('sha256', toSign(digest, object, hash), key, Buffer.from(signature, 'hex'));
