import { Agent, request } from 'node:http';
import { KMSClient } from '@aws-sdk/client-kms';
import type { Credentials } from './start-kms.ts';

/** What came back: `members` is the JSON of the body, empty where there was none. */
export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every operation
  readonly members: any;
}

export interface SignedRequest {
  readonly path?: string;
  /** What stands after `TrentService.`; no target when absent. */
  readonly operation?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** @default kms */
  readonly service?: string;
  /** @default us-east-1 */
  readonly region?: string;
}

/**
 * Requests signed by the SDK's own signer and sent as they are, for what its client would never send.
 * `close` ends the connections.
 */
export const signedCalls = async (endpoint: string, credentials: Credentials) => {
  const { hostname, port } = new URL(endpoint);
  const client = new KMSClient({ endpoint, region: 'us-east-1', credentials });
  const signer = await client.config.signer();
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });

  const sign = async ({ path = '/', operation, headers, body = '{}', service = 'kms', region }: SignedRequest) =>
    signer.sign(
      {
        method: 'POST',
        protocol: 'http:',
        hostname,
        path,
        query: {},
        headers: {
          host: `${hostname}:${port}`,
          'content-type': 'application/x-amz-json-1.1',
          ...(operation !== undefined && { 'x-amz-target': `TrentService.${operation}` }),
          ...headers,
        },
        body,
      },
      { signingService: service, ...(region !== undefined && { signingRegion: region }) },
    );

  const send = async (options: SignedRequest): Promise<Answer> => {
    const { path, headers } = await sign(options);
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, path, method: 'POST', headers, agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, text, members: text === '' ? {} : JSON.parse(text) });
        });
      });
      sent.on('error', reject);
      sent.end(options.body ?? '{}');
    });
  };

  return {
    sign,
    send,
    call: (operation: string, members: object = {}) => send({ operation, body: JSON.stringify(members) }),
    close: () => {
      agent.destroy();
      client.destroy();
    },
  };
};

export type SignedCalls = Awaited<ReturnType<typeof signedCalls>>;
