import { randomUUID } from 'node:crypto';
import { headerValues } from '../lambdas/pipeline/header-values.ts';
import type { HttpReply, HttpRequest } from '../lambdas/pipeline/ports.ts';

/** An unsigned request, for the bare pipeline. */
export const request = (input: object): HttpRequest => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: headerValues(['content-type', 'application/x-amz-json-1.1']),
  body: Buffer.from(JSON.stringify(input)),
  sourceIp: '127.0.0.1',
  requestId: randomUUID(),
});

/** @throws {Error} for anything but a success */
export const answered = async (reply: Promise<HttpReply>): Promise<Readonly<Record<string, unknown>>> => {
  const { status, body } = await reply;
  if (status !== 200) throw new Error(`answered with ${status}: ${body}`);
  return JSON.parse(body) as Readonly<Record<string, unknown>>; // 200 is always an object
};
