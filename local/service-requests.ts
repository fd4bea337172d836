import { randomUUID } from 'node:crypto';
import type { HttpRequest } from '../lambdas/pipeline/ports.ts';

/** The request of a service of this project, as if it had come by HTTP; records show the service in place of an address. */
export const serviceRequest = (service: string, input: Readonly<Record<string, unknown>>): HttpRequest => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: new Map([
    ['content-type', ['application/x-amz-json-1.1']],
    ['user-agent', [service]],
  ]),
  body: Buffer.from(toJson(input)),
  sourceIp: service,
  requestId: randomUUID(),
});

/** Bytes travel as base64. */
const toJson = (input: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(input, function (this: Readonly<Record<string, unknown>>, name, value: unknown) {
    const raw = this[name]; // a Buffer has been turned into an object by the time it is `value`
    return raw instanceof Uint8Array ? Buffer.from(raw).toString('base64') : value;
  });
