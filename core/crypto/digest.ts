import { createHash } from 'node:crypto';

/** Length of a digest in bytes. FIPS 180-4, figure 1. */
export const digestLength = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 } as const;

export type Hash = keyof typeof digestLength;

/** Whether a message is given whole, or as its digest by the hash of the algorithm. */
export type MessageKind = 'RAW' | 'DIGEST';

/** The hash of all parts, one after the other. */
export const digest = (hash: Hash, ...parts: readonly Uint8Array[]): Buffer => {
  const running = createHash(hash);
  for (const part of parts) running.update(part);
  return running.digest();
};
