import { Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { type Environment, readFrom } from './environment.ts';

export interface AwsRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Until the last byte of the answer is there. */
  readonly timeoutMs: number;
}

export interface AwsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** Sends a signed POST to a service, once. @throws {Error} when no answer came in time */
export type SendSigned = (request: AwsRequest) => Promise<AwsResponse>;

/**
 * Requests to an AWS service with no more code than that takes: a fifth of a function's bundle would be clients of the SDK
 * for one call each. The credentials of a function are in its environment, and stay as they are.
 *
 * @param endpoint where it is, if not where AWS has it
 */
export const signedRequests = (service: string, environment: Environment, endpoint?: string): SendSigned => {
  const read = readFrom(environment);
  const region = read('AWS_REGION');
  const { protocol, hostname, port } = new URL(endpoint ?? endpointOf(service, region, environment));
  const tls = protocol === 'https:';
  const agent = tls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  const send = tls ? httpsRequest : httpRequest;
  const sessionToken = environment.AWS_SESSION_TOKEN;
  const signer = new SignatureV4({
    service,
    region,
    credentials: async () => ({
      accessKeyId: read('AWS_ACCESS_KEY_ID'),
      secretAccessKey: read('AWS_SECRET_ACCESS_KEY'),
      ...(sessionToken && { sessionToken }),
    }),
    sha256: Sha256,
  });

  return async ({ path, headers: unsigned, body, timeoutMs }) => {
    const where = { protocol, hostname, ...(port && { port: Number(port) }), path };
    const headers = { ...unsigned, host: port ? `${hostname}:${port}` : hostname };
    const signed = await signer.sign({ ...where, method: 'POST', headers, body });
    return new Promise((resolve, reject) => {
      const options = { agent, method: 'POST', headers: signed.headers, signal: AbortSignal.timeout(timeoutMs) };
      const request = send({ hostname, port, path, ...options }, (response) => {
        const { statusCode: status = 0, headers } = response;
        buffer(response).then((bytes) => resolve({ status, headers, body: bytes.toString() }), reject);
      });
      request.on('error', reject).end(body);
    });
  };
};

/** As the SDK has it: the environment may name another, for one service or for all. */
const endpointOf = (service: string, region: string, environment: Environment): string =>
  environment[`AWS_ENDPOINT_URL_${endpointNames[service] ?? service.toUpperCase()}`] ||
  environment.AWS_ENDPOINT_URL ||
  `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/** Where it is not the name by which the service is signed for. */
const endpointNames: Readonly<Record<string, string>> = { secretsmanager: 'SECRETS_MANAGER' };
