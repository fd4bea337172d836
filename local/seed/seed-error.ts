/** A seed cannot be used; the message has a line for each reason, and never holds key material. */
export class SeedError extends Error {
  override readonly name = 'SeedError';
}
