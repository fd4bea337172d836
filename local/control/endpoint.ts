/**
 * Something the owner of the service can do besides calling the KMS API: `POST /_local/<name>`.
 *
 * @param input the body, parsed from JSON; anything at all
 * @returns what is answered as JSON
 * @throws {ControlError} told to the client; anything else is logged and answered bare
 */
export type ControlEndpoint = (input: unknown) => Promise<object>;

export type ControlEndpoints = Readonly<Record<string, ControlEndpoint>>;

/** What the client asked for cannot be done; answered with status 400. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}
