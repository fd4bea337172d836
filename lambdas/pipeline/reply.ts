import { KmsError, messageMember } from '../../core/model/errors.ts';
import type { Output } from '../operation.ts';
import type { Call } from './call.ts';
import type { HttpReply, Runtime } from './ports.ts';

const headersFor = (requestId: string) => ({
  'content-type': 'application/x-amz-json-1.1',
  'x-amzn-requestid': requestId,
});

/** The answer in AWS JSON 1.1: blobs in base64, instants in seconds. Operations without an answer have an empty body. */
export const replyTo = ({ requestId }: Call['request'], output: Output | undefined): HttpReply => ({
  status: 200,
  headers: headersFor(requestId),
  body: output === undefined ? '' : JSON.stringify(toWire(output)),
});

const toWire = (value: unknown): unknown => {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  const wire: Record<string, unknown> = { ...value }; // its own properties, one named __proto__ included
  for (const name of Object.keys(wire)) {
    const member = wire[name];
    if (typeof member === 'object') wire[name] = toWire(member);
  }
  return wire;
};

/** The answer for an error: its name and, where there is one, its message. */
export const replyToError = (requestId: string, { name, message, status }: KmsError): HttpReply => ({
  status,
  headers: headersFor(requestId),
  body: JSON.stringify(message === '' ? { __type: name } : { __type: name, [messageMember(name)]: message }),
});

/** What the caller may know of an error: ours as it is; anything else is a bug of ours, and answered bare. */
export const toKmsError = (error: unknown): KmsError =>
  error instanceof KmsError ? error : new KmsError('KMSInternalException', '', { cause: error });

/** The one place where errors become answers; what is our bug is logged whole, and why a call was refused in a line. */
export const renderErrors = (runtime: Runtime) => ({
  onError: (failed: { event: Call; error: unknown; response?: unknown }) => {
    const { request, refusal, caller } = failed.event;
    const { requestId } = request;
    const error = toKmsError(failed.error);
    if (refusal && caller) {
      const { reason: message, action, resource } = refusal;
      runtime.log({ level: 'info', message, requestId, caller: caller.arn, action, resource });
    }
    if (error.status >= 500) {
      const message = `${failed.event.operation.name} failed`;
      runtime.log({ level: 'error', message, requestId, error: error.cause ?? error });
    }
    failed.response = replyToError(requestId, error);
  },
});
