import { type ErrorName, errorStatuses, KmsError } from '../../core/model/errors.ts';
import { isObject } from '../../core/model/read-shape.ts';
import type { HttpReply } from '../../lambdas/pipeline/ports.ts';
import { replyToError } from '../../lambdas/pipeline/reply.ts';

/** An answer that is no success. */
export interface FailedAnswer {
  readonly status: number;
  /** `x-amzn-errortype`, where the gateway says what it is. */
  readonly errorType: string | undefined;
  readonly contentType?: string | undefined;
  readonly body: string;
}

/** Where the call went, for the person who reads of it. */
export interface Destination {
  readonly endpoint: string;
  readonly operation: string;
}

/**
 * The answer of KMS: errors of the service as they are, refusals of the gateway under the names KMS has for them.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export const asKms = (requestId: string, answer: FailedAnswer, to: Destination): HttpReply => {
  const { status, errorType, body } = answer;
  const told = parse(body);
  const type = nameIn(told?.__type) ?? nameIn(errorType);
  const message = textIn(told?.message) ?? textIn(told?.Message) ?? '';
  if (type === 'MissingAuthenticationTokenException') return replyToError(requestId, noSuchPath(to));
  if (nameIn(told?.__type) !== undefined) {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId };
    return { status, headers, body };
  }
  if (type === undefined && message === '') return replyToError(requestId, notTheService(answer, to));
  const name = status === 429 ? 'ThrottlingException' : (knownName(type) ?? nameByStatus(status));
  const hint = type === 'ForbiddenException' ? `. ${whyForbidden(to)}` : '';
  return replyToError(requestId, new KmsError(name, message + hint));
};

const parse = (body: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const told: unknown = JSON.parse(body);
    return isObject(told) ? told : undefined;
  } catch {
    return undefined;
  }
};

/** `AccessDeniedException`, also when a namespace stands before it or a URL after. */
const nameIn = (text: unknown): string | undefined =>
  typeof text === 'string' ? /(?:^|#)(\w+)(?::|$)/.exec(text)?.[1] : undefined;

const textIn = (text: unknown): string | undefined => (typeof text === 'string' ? text : undefined);

const knownName = (type = ''): ErrorName | undefined =>
  (Object.keys(errorStatuses) as ErrorName[]).find((name) => name === type); // its keys are the names

/** Of a refusal under a name that KMS has not, such as ForbiddenException or BadRequestException. */
const nameByStatus = (status: number): ErrorName => {
  if (status === 413) return 'RequestEntityTooLargeException';
  if (status === 503 || status === 504) return 'DependencyTimeoutException';
  if (status >= 500) return 'KMSInternalException';
  return status === 401 || status === 403 ? 'AccessDeniedException' : 'ValidationException';
};

/** Every call is signed here, so it is not the token that is missing: the gateway says this of what it does not have. */
const noSuchPath = ({ endpoint, operation }: Destination) =>
  new KmsError('UnknownOperationException', `There is no POST ${endpoint}/${operation}: check the stage of --endpoint`);

const whyForbidden = ({ endpoint }: Destination) =>
  `${endpoint} may have another stage, be private, or have a policy that shuts you out`;

/** The sender of this is something else: a web site, a company's proxy. */
export const notTheService = (
  { status, contentType = 'without a content type' }: Pick<FailedAnswer, 'status' | 'contentType'>,
  { endpoint }: Destination,
): KmsError => {
  const what = `What answers at ${endpoint} is not the service: status ${status}, ${contentType}`;
  return new KmsError('KMSInternalException', `${what}; check --endpoint`);
};
