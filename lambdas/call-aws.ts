import { setTimeout as wait } from 'node:timers/promises';
import type { Environment } from './environment.ts';
import { type SendSigned, signedRequests } from './signed-request.ts';

/** Services that speak AWS JSON: the prefix of their targets, and the version of the protocol. */
const services = {
  kms: { target: 'TrentService', version: '1.1' },
  secretsmanager: { target: 'secretsmanager', version: '1.1' },
  sqs: { target: 'AmazonSQS', version: '1.0' },
} as const;

/**
 * Calls an operation of an AWS service, members as on the wire: blobs in base64. Only for calls that may be made twice.
 *
 * @throws {Error} by the name the service gave it, when all attempts failed, or one in a way that others would too
 */
export type CallAws = (
  service: keyof typeof services,
  operation: string,
  input: object,
) => Promise<Readonly<Record<string, unknown>>>;

const mostAttempts = 3;
/** A call that hangs fails, and is tried again, well within the function's own time. */
const timeoutMs = 3000;
const pauseMs = 100;

export const newCallAws = (environment: Environment): CallAws => {
  const senders = new Map<string, SendSigned>();
  const senderOf = (service: string): SendSigned => {
    const send = senders.get(service) ?? signedRequests(service, environment);
    senders.set(service, send);
    return send;
  };

  const attempt: CallAws = async (service, operation, input) => {
    const { target, version } = services[service];
    const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': `${target}.${operation}` };
    const { status, body } = await senderOf(service)({ path: '/', headers, body: JSON.stringify(input), timeoutMs });
    if (status === 200) return JSON.parse(body);
    throw new ServiceError(status, body);
  };

  return async (...call) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(...call);
      } catch (error) {
        if (tries === mostAttempts || (error instanceof ServiceError && !error.passes)) throw error;
        await wait(Math.random() * pauseMs * 2 ** tries); // so that those who failed together do not come again together
      }
    }
  };
};

/** What a service answered in place of a result. */
class ServiceError extends Error {
  readonly passes: boolean;

  constructor(status: number, body: string) {
    const { __type = 'UnknownError', message, Message = message } = readError(body);
    super(String(Message ?? `status ${status}`));
    this.name = String(__type).replace(/^.*#/, '');
    this.passes = status >= 500 || status === 429 || /Throttl|RequestLimit|TooManyRequests/.test(this.name);
  }
}

const readError = (body: string): Record<string, unknown> => {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
};
