import { u32, utf8 } from '../model/length-prefixed.ts';
import { checkBytes, checkWhole } from './bytes.ts';
import { hkdf } from './hkdf.ts';

/** Frozen: part of every root key that was ever derived. */
const purpose = 'serverless-kms key wrapping v1';
const secretMinLength = 32;

/** Root versions count from 1 and are written as unsigned 32-bit numbers. */
export const maxRootVersion = 0xffff_ffff;

/**
 * Derives a root key, which wraps key material (`key-wrap.ts`), from the secret of the installation.
 * Source: RFC 5869 with SHA-256; salt = installation id, info = purpose ‖ version (unsigned 32-bit, big-endian).
 *
 * @param secret         32 bytes or more of full entropy; not modified
 * @param installationId public and lasting, so that two installations sharing a secret still differ
 * @param version        1 to 2^32 - 1
 * @returns 32 fresh bytes; the caller owns and wipes them
 * @throws {RangeError} on a short secret, an empty installation id or a version out of range
 */
export const deriveRootKey = (secret: Uint8Array, installationId: string, version: number): Buffer => {
  checkBytes('secret', secret);
  if (secret.length < secretMinLength) {
    throw new RangeError(`secret: expected ${secretMinLength} bytes or more, got ${secret.length}`);
  }
  if (installationId === '') throw new RangeError('installationId: expected text, got none');
  checkWhole('version', version, 1, maxRootVersion);
  return hkdf('sha256', secret, utf8(installationId), Buffer.concat([utf8(purpose), u32(version)]), 32);
};
