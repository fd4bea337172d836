import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from './sha256.ts';

/** What signs for AWS: the form of all the SDK's providers. */
export type CredentialsProvider = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}>;

export interface Deployment {
  /** With the stage, without a slash at the end. */
  readonly endpoint: URL;
  readonly region: string;
  readonly credentials: CredentialsProvider;
  /** Without an answer for so long, a call has failed. The gateway itself gives up after 29. @default 40 */
  readonly timeoutSeconds?: number;
}

/** A call as the client made it; what is not here stays behind. */
export interface ClientCall {
  readonly operation: string;
  readonly contentType: string;
  readonly userAgent: string | undefined;
  readonly body: Uint8Array;
}

/** There were no credentials to sign with. */
export class NoCredentialsError extends Error {
  override readonly name = 'NoCredentialsError';
}

/** Sends calls to the deployed service, each as `POST <endpoint>/<Operation>`, signed for `execute-api`. */
export const newForward = ({ endpoint, region, credentials, timeoutSeconds = 40 }: Deployment) => {
  const secure = endpoint.protocol === 'https:';
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const identity: CredentialsProvider = () =>
    credentials().catch((cause: unknown) => {
      throw new NoCredentialsError(cause instanceof Error ? cause.message : String(cause), { cause });
    });
  const signer = new SignatureV4({ service: 'execute-api', region, credentials: identity, sha256: Sha256 });
  const { protocol, hostname, port, host } = endpoint;

  return {
    /**
     * @returns the answer, whatever its status, as soon as its headers are there
     * @throws {NoCredentialsError}
     * @throws {Error} when there is no answer
     */
    async send({ operation, contentType, userAgent, body }: ClientCall): Promise<IncomingMessage> {
      const path = `${endpoint.pathname.replace(/\/$/, '')}/${operation}`;
      const headers = {
        host,
        'content-type': contentType,
        'content-length': String(body.length),
        'x-amz-target': `TrentService.${operation}`,
        ...(userAgent !== undefined && { 'user-agent': userAgent }),
      };
      const signed = await signer.sign({ method: 'POST', protocol, hostname, path, query: {}, headers, body });
      const options = { method: 'POST', hostname: hostname.replace(/^\[|\]$/g, ''), port, path, agent };
      return new Promise((resolve, reject) => {
        const sent = (secure ? httpsRequest : httpRequest)({ ...options, headers: signed.headers }, resolve);
        sent.setTimeout(timeoutSeconds * 1000, () => sent.destroy(new Error(`no answer in ${timeoutSeconds} seconds`)));
        sent.once('error', reject);
        sent.end(body);
      });
    },
    close: () => agent.destroy(),
  };
};

export type Forward = ReturnType<typeof newForward>;
