import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { wipe } from '../../core/crypto/bytes.ts';
import { readImportedMaterial } from '../../core/crypto/imported-material.ts';
import { isImportable } from '../../core/model/key-import.ts';
import { type KeySpec, specOf } from '../../core/model/key-specs.ts';
import { broken, type Path } from '../check.ts';
import type { MaterialSource } from './schema.ts';

/**
 * The key material that a seed gives, judged as ImportKeyMaterial judges it.
 *
 * @param folder what paths of files are relative to
 * @returns in the form of `readImportedMaterial`; the caller wipes it
 * @throws {FaultyError} which never tells of the bytes more than their number
 */
export const readMaterial = (source: MaterialSource, KeySpec: KeySpec, folder: string, path: Path): Buffer => {
  const spec = specOf(KeySpec);
  if (!isImportable(KeySpec)) return broken(path, `cannot be given for ${KeySpec}; leave it out`);
  if (source.pem !== undefined && spec.type !== 'asymmetric') {
    return broken([...path, 'pem'], `is for key pairs; give the bytes of ${KeySpec} in hex or base64`);
  }
  const brought = bytesOf(source, folder, path);
  try {
    const material = readImportedMaterial(spec, brought);
    if (material !== undefined) return material;
    const needed =
      'materialLength' in spec
        ? `must be ${spec.materialLength} bytes for ${KeySpec}, not ${brought.length}`
        : `must be a private key for ${KeySpec} in PKCS#8`;
    return broken(path, needed);
  } finally {
    wipe(brought);
  }
};

const bytesOf = ({ hex, base64, pem }: MaterialSource, folder: string, path: Path): Buffer => {
  if (hex !== undefined) return Buffer.from(hex, 'hex');
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  return readPem(resolve(folder, pem ?? ''), [...path, 'pem']);
};

/** RFC 7468 §10: one private key, in clear; what stands around it is left unread. */
const pemKey = /^-----BEGIN PRIVATE KEY-----\s([A-Za-z0-9+/=\s]+)^-----END PRIVATE KEY-----\s*$/m;

const readPem = (file: string, path: Path): Buffer => {
  const bytes = readBeside(file, path);
  const [, base64] = pemKey.exec(bytes.toString('latin1')) ?? [];
  wipe(bytes);
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  return broken(path, 'must be PKCS#8 in PEM, -----BEGIN PRIVATE KEY-----; openssl pkcs8 -topk8 -nocrypt makes it so');
};

/** A file that the seed names. @throws {FaultyError} at the place that names it */
export const readBeside = (file: string, path: Path): Buffer => {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // what node:fs throws
    // Not what it names: that may be a key which was written in the place of a path.
    return broken(path, code === 'ENOENT' ? 'names no file' : `names a file that cannot be read (${code})`);
  }
};
