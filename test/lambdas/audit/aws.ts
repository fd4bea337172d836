import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import dynalite from 'dynalite';
import { buildApp } from 'fauxqs';

/** A request as faults see it. */
export interface Asked {
  readonly service: 's3' | 'sqs' | 'dynamodb' | 'secretsmanager';
  /** `SendMessage`, `PutItem`; for S3 the method and the path, `PUT /bucket/object`. */
  readonly what: string;
}

/**
 * What goes wrong with a request: an answer of that status and code instead of it, or a connection that ends before or after
 * it was carried out.
 */
export type Fault = { readonly status: number; readonly code: string } | 'cut before' | 'cut after';

export interface Aws {
  readonly endpoint: string;
  readonly asked: Asked[];
  /** Looked at for each request. */
  fault: (asked: Asked) => Fault | undefined;
  stop(): Promise<void>;
}

/**
 * S3 and SQS (fauxqs), DynamoDB (dynalite) and what is used of Secrets Manager, on one port, with faults as wanted. S3 here
 * honours `If-None-Match: *`, which fauxqs does not, and insists on it, as the bucket's policy does.
 */
export const startAws = async (region = 'us-east-1'): Promise<Aws> => {
  const fauxqs = buildApp({ logger: false });
  await fauxqs.listen({ port: 0, host: '127.0.0.1' });
  const dynamoDb = dynalite({ createTableMs: 0 }).listen(0, '127.0.0.1');
  await once(dynamoDb, 'listening');
  const portOf = (server: Pick<Server, 'address'>) => (server.address() as AddressInfo).port; // all listen on TCP
  const ports = { s3: portOf(fauxqs.server), sqs: portOf(fauxqs.server), dynamodb: portOf(dynamoDb) };
  const answerSecret = newSecrets();
  const asked: Asked[] = [];
  let writes: Promise<unknown> = Promise.resolve();

  const carryOut = async (ask: Asked, incoming: IncomingMessage, body: Buffer): Promise<Answer> => {
    if (ask.service === 'secretsmanager') return answerSecret(ask.what, JSON.parse(body.toString()));
    const port = ports[ask.service];
    if (ask.service === 'sqs') return forward(port, incoming, withItsUrls(body, region, port));
    if (!/^PUT \/[^/]+\/./.test(ask.what)) return forward(port, incoming, body);
    if (incoming.headers['if-none-match'] !== '*') return refusal(403, 'AccessDenied');
    const written = writes.then(async () => {
      const found = await forward(port, { ...incoming, method: 'HEAD', url: path(incoming), headers: {} }, Buffer.of());
      return found.status === 200 ? refusal(412, 'PreconditionFailed') : forward(port, incoming, body);
    });
    writes = written.catch(() => {});
    return written;
  };

  const aws: Aws = {
    endpoint: '',
    asked,
    fault: () => undefined,
    async stop() {
      server.closeAllConnections();
      dynamoDb.closeAllConnections();
      server.close();
      dynamoDb.close();
      await fauxqs.close();
    },
  };
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const ask = askedBy(incoming);
    asked.push(ask);
    const body = await buffer(incoming);
    const fault = aws.fault(ask);
    if (fault === 'cut before') return void incoming.socket.destroy();
    const answer = typeof fault === 'object' ? refusal(fault.status, fault.code) : await carryOut(ask, incoming, body);
    if (fault === 'cut after') return void incoming.socket.destroy();
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(aws, { endpoint: `http://127.0.0.1:${portOf(server)}` });
};

/** fauxqs knows its queues by URLs with a host that is not ours. */
const withItsUrls = (body: Buffer, region: string, port: number): Buffer =>
  Buffer.from(
    body.toString().replace(/"QueueUrl":"http:[^/]*[/][/][^/]*/, `"QueueUrl":"http://sqs.${region}.localhost:${port}`),
  );

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer | string;
}

const path = ({ url = '' }: Pick<IncomingMessage, 'url'>): string => url.replace(/\?.*/, '');

const askedBy = (incoming: IncomingMessage): Asked => {
  const target = String(incoming.headers['x-amz-target'] ?? '');
  const what = target.replace(/^.*\./, '');
  if (target.startsWith('DynamoDB')) return { service: 'dynamodb', what };
  if (target.startsWith('AmazonSQS')) return { service: 'sqs', what };
  if (target.startsWith('secretsmanager')) return { service: 'secretsmanager', what };
  return { service: 's3', what: `${incoming.method} ${decodeURIComponent(path(incoming))}` };
};

/** In the forms of all services at once: each reads its own. */
const refusal = (status: number, code: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml', 'x-amzn-errortype': code },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});

export type Sent = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** Sends a request to a port of this machine as it came. */
export const forward = (port: number, { method, url, headers }: Sent, body: Buffer): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const host = '127.0.0.1';
    const there = { host, port, method, path: url };
    const sent = { ...headers, host: `${host}:${port}`, 'content-length': body.length };
    const outgoing = request({ ...there, headers: sent }, (response) => {
      buffer(response).then((bytes) => {
        resolve({ status: response.statusCode ?? 500, headers: response.headers, body: bytes });
      }, reject);
    });
    outgoing.on('error', reject).end(body);
  });

/** Secrets without a value until one is put; a version never changes. */
const newSecrets = () => {
  const versions = new Map<string, string>();
  const reply = (body: object): Answer => ({ status: 200, headers: {}, body: JSON.stringify(body) });
  const refuse = (type: string): Answer => ({ status: 400, headers: {}, body: JSON.stringify({ __type: type }) });
  return (what: string, input: Record<string, string>): Answer => {
    const name = `${input.SecretId} ${what === 'PutSecretValue' ? input.ClientRequestToken : input.VersionId}`;
    const known = versions.get(name);
    if (what === 'GetSecretValue') return known ? reply({ SecretBinary: known }) : refuse('ResourceNotFoundException');
    if (known && known !== input.SecretBinary) return refuse('ResourceExistsException');
    versions.set(name, input.SecretBinary ?? '');
    return reply({});
  };
};
