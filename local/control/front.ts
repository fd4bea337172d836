import type { IncomingMessage } from 'node:http';
import type { HttpReply, LogEntry } from '../../lambdas/pipeline/ports.ts';
import { readBody } from '../read-body.ts';
import { type ControlEndpoints, ControlError } from './endpoint.ts';
import { isLoopback, isLoopbackHost } from './loopback.ts';
import { isToken, tokenHeader } from './token.ts';

export const controlPrefix = '/_local/';

/**
 * Answers a request under `/_local/`.
 *
 * @param received called when the request has come in whole
 * @returns nothing when the client went away
 */
export type ControlFront = (
  request: IncomingMessage,
  path: string,
  received: () => void,
) => Promise<HttpReply | undefined>;

export interface ControlOptions {
  readonly token: string;
  readonly endpoints: ControlEndpoints;
  readonly log: (entry: LogEntry) => void;
}

/**
 * Local control: for who can read the token's file, from this machine. A web page in a browser here has neither the token
 * nor, if its name was bound to this address, a `Host` that is loopback.
 */
export const newControlFront = ({ token, endpoints, log }: ControlOptions): ControlFront => {
  const answer = async (name: string, body: Buffer): Promise<HttpReply> => {
    const endpoint = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined;
    if (endpoint === undefined) return refuse(404, 'There is no such control');
    let input: unknown;
    try {
      input = JSON.parse(body.toString());
    } catch {
      return refuse(400, 'The request body is not valid JSON');
    }
    try {
      return reply(200, await endpoint(input));
    } catch (error) {
      if (error instanceof ControlError) return refuse(400, error.message);
      log({ level: 'error', message: `${controlPrefix}${name} failed`, error });
      return refuse(500, 'It failed; the log of the service says why');
    }
  };

  return async (request, path, received) => {
    if (!isLoopback(request.socket.remoteAddress) || !isLoopbackHost(request.headers.host)) {
      return refuse(403, 'Local control is for this machine: call it by a loopback address');
    }
    if (!isToken(token, request.headers[tokenHeader])) {
      return refuse(403, `Local control needs the header ${tokenHeader} with the token of the data folder`);
    }
    if (request.method !== 'POST') return refuse(405, 'Use POST');
    const body = await readBody(request);
    if (body === 'gone') return undefined;
    received();
    return body === 'too large'
      ? refuse(413, 'The request is larger than 1 MiB')
      : answer(path.slice(controlPrefix.length), body);
  };
};

const reply = (status: number, body: object): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const refuse = (status: number, message: string): HttpReply => reply(status, { message });
