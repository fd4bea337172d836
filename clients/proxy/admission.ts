import type { IncomingMessage } from 'node:http';
import { KmsError } from '../../core/model/errors.ts';
import type { HttpReply } from '../../lambdas/pipeline/ports.ts';
import { replyToError } from '../../lambdas/pipeline/reply.ts';
import { isLoopback, isLoopbackHost } from '../../local/control/loopback.ts';
import { type Credential, newSigV4Verifier, type SignedRequest } from '../../local/sigv4.ts';

/**
 * Who may not call at all, before a byte of the body is read. A web page in a browser here could send requests, but its
 * browser says where it comes from, or that it calls by a name that somebody bound to this address.
 */
export const refuseStrangers = (request: IncomingMessage, requestId: string): HttpReply | undefined => {
  const { method, headers, socket } = request;
  const refuse = (status: number, message: string): HttpReply => ({
    ...replyToError(requestId, new KmsError('AccessDeniedException', message)),
    status,
  });
  if (!isLoopback(socket.remoteAddress) || !isLoopbackHost(headers.host)) {
    return refuse(403, 'This proxy is for this machine: call it by a loopback address');
  }
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) {
    return refuse(403, 'This proxy is not for web pages');
  }
  return method === 'POST' ? undefined : refuse(405, 'Calls of the KMS API are POST requests');
};

/** By which clocks on one machine may differ: AWS's measure, which clients know. */
const maxSkewSeconds = 300;

/**
 * Lets those in who have the key that the proxy printed: not every process on the machine shall use the rights of its user.
 *
 * @returns the error for anybody else
 */
export const newAdmission = (key: Credential, region: string) => {
  const verify = newSigV4Verifier({
    find: (id) => (id === key.accessKeyId ? key : undefined),
    now: () => new Date(),
    services: ['kms', 'execute-api'],
    maxSkewSeconds,
  });
  return (request: SignedRequest): KmsError | undefined => {
    const verified = verify(request);
    if (!verified.ok) {
      const { name, message = '' } = verified.error;
      const hint = ' This is the proxy: sign with the key that it printed at its start.';
      return new KmsError(name, name === 'UnrecognizedClientException' ? message + hint : message);
    }
    if (verified.region === region) return undefined;
    const message = `Credential should be scoped to ${region}, where this proxy leads, not '${verified.region}'.`;
    return new KmsError('InvalidSignatureException', message);
  };
};
