import { KmsError } from './errors.ts';

/** The largest body of a call, in bytes: the largest member of the API (an attestation document in base64) is a third of it. */
export const largestBody = 1024 * 1024;

export const bodyTooLarge = (): KmsError =>
  new KmsError('RequestEntityTooLargeException', 'The request is larger than 1 MiB');
