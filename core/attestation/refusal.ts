/** An attestation document is not to be trusted; the message says why, and may be told to whoever sent it. */
export class AttestationError extends Error {
  override readonly name = 'AttestationError';
}

/** @throws {AttestationError} always */
export const refuse = (why: string, cause?: unknown): never => {
  throw new AttestationError(why, { cause });
};
