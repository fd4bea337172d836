import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { parsedDigest, type SignedDigest, type StoredDigest, sha256, signatureFile } from '../../core/audit/digest.ts';
import { signatureObject } from '../../core/audit/digest-names.ts';
import { writeFileAtomically } from '../files.ts';

/** Writes a digest and its signature. The signature goes first: without its digest it is nothing. */
export const writeDigest = async (folder: string, { object, bytes, signature }: SignedDigest): Promise<void> => {
  await mkdir(join(folder, dirname(object)), { recursive: true, mode: 0o700 });
  await writeFileAtomically(join(folder, signatureObject(object)), signatureFile(signature), 0o600);
  await writeFileAtomically(join(folder, object), await promisify(gzip)(bytes), 0o600);
};

/** @throws {Error} when the digest is not there, or cannot be read as one */
export const readDigest = async (folder: string, object: string): Promise<StoredDigest> => {
  const bytes = await uncompressed(join(folder, object));
  const signature = await readSignature(join(folder, signatureObject(object)));
  return { object, digest: parsedDigest(bytes), hash: sha256(bytes), signature };
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
