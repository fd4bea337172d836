import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { KmsError } from '../../core/model/errors.ts';
import { operations } from '../../lambdas/operations/index.ts';
import { headerValues } from '../../lambdas/pipeline/header-values.ts';
import type { HttpReply } from '../../lambdas/pipeline/ports.ts';
import { replyToError } from '../../lambdas/pipeline/reply.ts';
import type { Trouble } from '../../local/failure.ts';
import { readBody } from '../../local/read-body.ts';
import type { Credential } from '../../local/sigv4.ts';
import { targetedOperation } from '../../local/targeted-operation.ts';
import { newAdmission, refuseStrangers } from './admission.ts';
import { type Deployment, NoCredentialsError, newForward } from './forward.ts';
import { asKms, notTheService } from './refusals.ts';

export interface ProxyServerOptions extends Deployment {
  /** 0 takes any free port. */
  readonly port: number;
  /** What clients sign with. */
  readonly key: Credential;
  /** Told when a call could not be sent on. */
  log(trouble: Trouble): void;
}

export interface ProxyServer {
  readonly port: number;
  /** Answers the calls that have come in, then lets every client go. */
  stop(): Promise<void>;
}

const names: ReadonlySet<string> = new Set(operations.map(({ name }) => name));

/** The proxy on 127.0.0.1; resolves once it listens. */
export const listen = async (options: ProxyServerOptions): Promise<ProxyServer> => {
  const { key, region, log } = options;
  const endpoint = options.endpoint.href.replace(/\/$/, '');
  const admit = newAdmission(key, region);
  const forward = newForward(options);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<HttpReply | undefined> => {
    const requestId = randomUUID();
    const fail = (error: KmsError) => replyToError(requestId, error);
    const refused = refuseStrangers(request, requestId);
    if (refused) return refused;
    const body = await readBody(request);
    if (body === 'gone') return undefined;
    if (body === 'too large') {
      return fail(new KmsError('RequestEntityTooLargeException', 'The request is larger than 1 MiB'));
    }
    const { method = '', url = '' } = request;
    const [path = '', query = ''] = url.split(/\?(.*)/s);
    const denied = admit({ method, path, query, headers: headerValues(request.rawHeaders), body });
    if (denied) return fail(denied);
    const operation = targetedOperation(path, request.headers['x-amz-target']);
    if (operation === undefined || !names.has(operation)) return fail(new KmsError('UnknownOperationException'));

    const { 'content-type': contentType = 'application/x-amz-json-1.1', 'user-agent': userAgent } = request.headers;
    let answered: IncomingMessage;
    try {
      answered = await forward.send({ operation, contentType, userAgent, body });
    } catch (error) {
      const trouble = troubleOf(error, operation, endpoint);
      log(trouble);
      return fail(new KmsError(trouble.name, `The proxy ${trouble.what} (${trouble.why}): ${trouble.hint}`));
    }
    return handOn(answered, response, requestId, { endpoint, operation });
  };

  const server = createServer({ requestTimeout: 30_000, keepAliveTimeout: 65_000 }, (request, response) => {
    void answer(request, response)
      .then((reply) => reply && send(response, reply))
      .catch(() => response.destroy()); // one of the two connections broke in the middle of an answer
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      const letGo = setInterval(() => server.closeIdleConnections(), 20);
      await closed;
      clearInterval(letGo);
      forward.close();
    },
  };
};

/** Successes pass as they come in; all else becomes an answer of KMS. */
const handOn = async (
  answered: IncomingMessage,
  response: ServerResponse,
  ownId: string,
  to: Parameters<typeof asKms>[2],
): Promise<HttpReply | undefined> => {
  const { statusCode: status = 0, headers } = answered;
  const { 'content-type': contentType, 'content-length': length } = headers;
  const requestId = String(headers['x-amzn-requestid'] ?? ownId);
  if (status !== 200) {
    const errorType = headers['x-amzn-errortype']?.toString();
    return asKms(requestId, { status, errorType, contentType, body: await text(answered) }, to);
  }
  if (!/^application\/(x-amz-json-1\.1|json)\b/.test(contentType ?? '')) {
    answered.destroy();
    return replyToError(requestId, notTheService({ status, contentType }, to));
  }
  response.writeHead(200, {
    'content-type': contentType,
    'x-amzn-requestid': requestId,
    ...(length !== undefined && { 'content-length': length }),
  });
  await pipeline(answered, response);
  return undefined;
};

const troubleOf = (error: unknown, operation: string, endpoint: string) => {
  const why = error instanceof Error ? error.message || error.name : String(error);
  return error instanceof NoCredentialsError
    ? ({
        name: 'UnrecognizedClientException',
        what: `found no AWS credentials to sign ${operation} with`,
        why,
        hint: 'log in again, for example with aws sso login',
      } as const)
    : ({
        name: 'DependencyTimeoutException',
        what: `got no answer to ${operation} from ${endpoint}`,
        why,
        hint: 'check --endpoint and the network',
      } as const);
};

const send = (response: ServerResponse, { status, headers, body }: HttpReply): void => {
  const ending = status === 413 ? { connection: 'close' } : {}; // the rest of the request may never end
  response.writeHead(status, { ...headers, ...ending, 'content-length': Buffer.byteLength(body) });
  response.end(body);
};
