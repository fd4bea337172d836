import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createFileOnce } from '../files.ts';

/** In the data folder, beside the secrets of the installation. */
export const digestKeyFile = 'audit-signing-key.pem';

/**
 * The key that signs the digests of one installation: RSA with 2048 bits, made when it is first wanted, mode 0600.
 *
 * @throws {Error} when the file is there and holds no private key
 */
export const openDigestKey = async (path: string): Promise<KeyObject> => {
  const known = await readFile(path).catch(() => undefined);
  if (known !== undefined) return createPrivateKey(known);
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  await createFileOnce(path, privateKey.export({ format: 'pem', type: 'pkcs8' }), 0o600);
  return createPrivateKey(await readFile(path));
};
