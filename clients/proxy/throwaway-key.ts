import { randomBytes } from 'node:crypto';
import type { Credential } from '../../local/sigv4.ts';

/** In the form of AWS's, so that no client minds, and known again by its beginning. */
const prefix = 'AKIAKMSPROXY';
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A key that is good for this process alone: 240 random bits. */
export const newThrowawayKey = (): Credential => ({
  accessKeyId: prefix + Array.from(randomBytes(8), (byte) => base32[byte % 32]).join(''),
  secretAccessKey: randomBytes(30).toString('base64'),
});

/** Whether a proxy made it: it opens nothing on AWS. */
export const isThrowaway = ({ accessKeyId }: { readonly accessKeyId: string }): boolean =>
  accessKeyId.startsWith(prefix);
