import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { KmsError } from '../core/model/errors.ts';
import { bodyTooLarge } from '../core/model/request-size.ts';
import { headerValues } from '../lambdas/pipeline/header-values.ts';
import type { HttpReply } from '../lambdas/pipeline/ports.ts';
import { replyToError } from '../lambdas/pipeline/reply.ts';
import { controlPrefix } from './control/front.ts';
import { version } from './package-facts.ts';
import { readBody } from './read-body.ts';
import type { LocalService } from './service.ts';
import { targetedOperation } from './targeted-operation.ts';
import { newTurns } from './turns.ts';

// Imported, it would load all that it exports, undici for its WebSocket among it: a tenth of the start.
const { createServer, STATUS_CODES } = process.getBuiltinModule('node:http');

export interface TimeLimits {
  /** A request must be complete within this time. @default 30 */
  readonly requestTimeoutSeconds?: number;
}

export interface ServerOptions extends TimeLimits {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

interface Stoppable {
  /** Answers the calls that have come in whole, then lets every client go; a request cut off was never acknowledged. */
  stop(): Promise<void>;
}

export interface KmsServer extends Stoppable {
  readonly port: number;
}

/** Serves connections that somebody else accepts. */
export interface ConnectionServer extends Stoppable {
  take(connection: Socket): void;
}

/** What is served by HTTP. */
export type ServedByHttp = Pick<LocalService, 'call' | 'control' | 'checkDeeply' | 'storage' | 'log'>;

/** The HTTP front of the local service; resolves once it listens. */
export const listen = async (service: ServedByHttp, options: ServerOptions): Promise<KmsServer> => {
  const { server, stop } = newServer(service, options);
  return { port: await listenOn(server, options), stop };
};

export const serveConnections = (service: ServedByHttp, limits: TimeLimits = {}): ConnectionServer => {
  const { server, stop } = newServer(service, limits);
  server.emit('listening'); // from here on Node looks after the time limits of a server
  return {
    take(connection) {
      connection.allowHalfOpen = true; // as those are that a server of HTTP accepts
      server.emit('connection', connection);
      connection.resume();
    },
    stop,
  };
};

/** @returns the port */
export const listenOn = async (server: Server, { host, port }: ServerOptions): Promise<number> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
};

/** Of the process: all its connections share the processor. */
const nextTurn = newTurns();

const newServer = (service: ServedByHttp, limits: TimeLimits) => {
  const requestTimeout = (limits.requestTimeoutSeconds ?? 30) * 1000;
  let answering = 0; // no Set of them: one that only ever gets new members keeps old ones in memory for long
  const server = createServer(
    {
      requestTimeout,
      headersTimeout: requestTimeout,
      connectionsCheckingInterval: Math.min(requestTimeout, 1000),
      keepAliveTimeout: 65_000, // longer than AWS clients keep idle connections, so that they close first
      requireHostHeader: false, // the signature needs it anyway, and says so in AWS's form
    },
    (request, response) => {
      const received = () => {
        answering += 1;
        response.on('close', () => {
          answering -= 1;
        });
      };
      void serve(service, request, response, received);
    },
  );
  // Asked once while it is there, the address of a connection is known to its end: no call comes from nowhere.
  server.on('connection', (socket: Socket) => {
    if (socket.remoteAddress === undefined) socket.destroy();
  });
  server.on('clientError', refuseBrokenRequest);
  server.on('connect', (_, socket: Socket) => refuseOnSocket(socket, refuse(405, 'Calls of the KMS API are POST')));
  server.on('checkExpectation', (_, response) => send(response, refuse(417, 'Only 100-continue can be expected')));
  const stop = async () => {
    let closed = false;
    server.close(() => {
      closed = true;
    });
    do {
      if (answering === 0) server.closeAllConnections();
      await pause(20);
    } while (answering > 0 || !closed);
  };
  return { server, stop };
};

/** An answer to what is no call: AWS's form, with the status HTTP has for it. */
const refuse = (status: number, message: string, requestId: string = randomUUID()): HttpReply => ({
  ...replyToError(requestId, new KmsError('UnknownOperationException', message)),
  status,
});

const serve = async (
  service: ServedByHttp,
  request: IncomingMessage,
  response: ServerResponse,
  received: () => void,
): Promise<void> => {
  let reply: HttpReply | undefined;
  try {
    reply = await answer(service, request, received);
  } catch (error) {
    reply = failed(service, error);
  }
  if (reply) send(response, reply);
};

const answer = async (
  service: ServedByHttp,
  request: IncomingMessage,
  received: () => void,
): Promise<HttpReply | undefined> => {
  const { method = '', url = '' } = request;
  const requestId = randomUUID();
  // A target may be a whole URL (RFC 9112 §3.2.2).
  const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*\/?/i, '/');
  const [path = '', query = ''] = splitOnce(target, '?');

  if (path === '/health') return method === 'GET' ? health(service, query) : refuse(405, 'Use GET', requestId);
  if (path.startsWith(controlPrefix)) return service.control(request, path, received);
  if (method !== 'POST') return refuse(405, 'Calls of the KMS API are POST requests', requestId);
  const body = await readBody(request);
  if (body === 'gone') return undefined;
  received();
  if (body === 'too large') {
    return replyToError(requestId, bodyTooLarge());
  }
  const operation = targetedOperation(path, request.headers['x-amz-target']);
  if (operation === undefined) return refuse(path === '/' ? 400 : 404, 'There is no such operation', requestId);
  await nextTurn();
  return service.call(operation, {
    method,
    path,
    query,
    headers: headerValues(request.rawHeaders),
    body,
    sourceIp: request.socket.remoteAddress ?? '',
    requestId,
  });
};

const health = async (service: ServedByHttp, query: string): Promise<HttpReply> => {
  const facts = { version, storage: service.storage };
  const reply = (status: number, body: object) => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (new URLSearchParams(query).get('deep') !== '1') return reply(200, { status: 'ok', ...facts });
  try {
    await service.checkDeeply();
    return reply(200, { status: 'ok', ...facts });
  } catch (error) {
    service.log({ level: 'error', message: 'the deep health check failed', error });
    return reply(503, { status: 'failing', ...facts });
  }
};

const failed = (service: ServedByHttp, error: unknown): HttpReply => {
  service.log({ level: 'error', message: 'a request failed outside the pipeline', error });
  return replyToError(randomUUID(), new KmsError('KMSInternalException'));
};

const send = (response: ServerResponse, { status, headers, body }: HttpReply): void => {
  const ending = status === 413 ? { connection: 'close' } : {}; // the rest of the request may never end
  response.writeHead(status, { ...headers, ...ending, 'content-length': Buffer.byteLength(body) });
  response.end(body); // as text it goes out in one write with the head
};

const splitOnce = (text: string, separator: string): readonly [string, string] => {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
};

/** What is not HTTP never becomes a request: it is answered on the socket, and the connection ends. */
const refuseBrokenRequest = (error: Error & { code?: string }, socket: Socket): void => {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const refusal =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? new KmsError('RequestTimeoutException', 'The request was not complete in time')
      : new KmsError('SerializationException', 'The request is not valid HTTP');
  refuseOnSocket(socket, replyToError(randomUUID(), refusal));
};

const refuseOnSocket = (socket: Socket, { status, headers, body }: HttpReply): void => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, `content-length: ${Buffer.byteLength(body)}`];
  socket.end([...head, 'connection: close', '', body].join('\r\n'));
};
