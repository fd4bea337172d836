import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { SignedRequest } from './signed-requests.ts';

/** What came back, byte for byte. */
export interface Reply {
  readonly status: number;
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** Sends one request outside any measurement. @throws {Error} on any status but 200, with what the endpoint says */
export const send = async (endpoint: string, { method, path, headers, body }: SignedRequest): Promise<Reply> => {
  const url = new URL(path, endpoint);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const reply = await new Promise<Reply>((resolve, reject) => {
    const outgoing = request(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const { statusCode: status = 0, rawHeaders } = response;
        resolve({ status, rawHeaders, body: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
  if (reply.status === 200) return reply;
  throw new Error(`${headers['x-amz-target']} was answered with ${reply.status}: ${reply.body.slice(0, 500)}`);
};
