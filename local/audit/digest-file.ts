import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { writeFileAtomically } from '../files.ts';
import { digestBucket, signatureObject } from './digest-names.ts';

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

/** A digest as it lies in the folder, whether its signature is right or not. */
export interface StoredDigest {
  readonly object: string;
  readonly digest: Digest;
  readonly hash: string;
  /** In hex; `undefined` where there is none to read. */
  readonly signature: string | undefined;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** SHA-256 of the public key, 64 hex digits. */
export const fingerprintOf = (key: KeyObject): string => {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return sha256(publicKey.export({ format: 'der', type: 'pkcs1' }));
};

/** Signed with RSA PKCS #1 v1.5, as CloudTrail signs it. */
const toSign = (end: string, object: string, hash: string, previousSignature: string | null): Buffer =>
  Buffer.from([end, `${digestBucket}/${object}`, hash, previousSignature ?? 'null'].join('\n'));

/** Writes a digest and its signature. The signature goes first: without its digest it is nothing. */
export const writeDigest = async (folder: string, digest: Digest, key: KeyObject): Promise<StoredDigest> => {
  const { digestS3Object: object, digestEndTime, previousDigestSignature } = digest;
  const bytes = Buffer.from(JSON.stringify(digest));
  const hash = sha256(bytes);
  const signature = sign('sha256', toSign(digestEndTime, object, hash, previousDigestSignature), key).toString('hex');
  const beside = JSON.stringify({ signature, 'signature-algorithm': digest.digestSignatureAlgorithm });
  await mkdir(join(folder, dirname(object)), { recursive: true, mode: 0o700 });
  await writeFileAtomically(join(folder, signatureObject(object)), `${beside}\n`, 0o600);
  await writeFileAtomically(join(folder, object), await promisify(gzip)(bytes), 0o600);
  return { object, digest, hash, signature };
};

/** @throws {Error} when the digest is not there, or cannot be read as one */
export const readDigest = async (folder: string, object: string): Promise<StoredDigest> => {
  const bytes = await uncompressed(join(folder, object));
  const digest = JSON.parse(bytes.toString()) as Digest; // what matters of it is signed, or looked at below
  if (!Array.isArray(digest?.logFiles)) throw new Error('it is no digest');
  return { object, digest, hash: sha256(bytes), signature: await readSignature(join(folder, signatureObject(object))) };
};

/** Whether the signature is of this key, and of this digest at this place. */
export const isSigned = ({ object, digest, hash, signature }: StoredDigest, key: KeyObject): boolean => {
  const signed = toSign(digest.digestEndTime, object, hash, digest.previousDigestSignature);
  return signature !== undefined && verify('sha256', signed, key, Buffer.from(signature, 'hex'));
};

export const uncompressed = async (path: string): Promise<Buffer> => promisify(gunzip)(await readFile(path));

const readSignature = async (path: string): Promise<string | undefined> => {
  try {
    const { signature } = JSON.parse(await readFile(path, 'utf8')) as { signature?: unknown }; // checked here
    return typeof signature === 'string' && /^[0-9a-f]+$/.test(signature) ? signature : undefined;
  } catch {
    return undefined;
  }
};
