/** The principals file cannot be used; the message says where it is broken, and never holds a value from it. */
export class PrincipalsError extends Error {
  override readonly name = 'PrincipalsError';
}
