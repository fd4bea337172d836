import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type ErrorName, KmsError } from '../core/model/errors.ts';
import { bodyTooLarge } from '../core/model/request-size.ts';
import { type Environment, functionName, readFrom, variables } from './environment.ts';
import { isTooLarge, toRequest, toResult } from './gateway.ts';
import { type Invocation, type InvokeFunction, lambdaInvoke } from './invoke-function.ts';
import { logLine } from './log.ts';
import type { HttpRequest } from './pipeline/ports.ts';
import { replyToError, toKmsError } from './pipeline/reply.ts';

/**
 * The Lambda handler of `POST /`, for clients that cannot change the path: it hands the event as it is to the function of
 * the operation that the target names, and its answer back. It judges nobody: the gateway lets only those in who may do
 * all that identity policies can allow (docs/decisions/0012), and all else is the operation's to judge and to put on record.
 *
 * @param operations what a target may name
 * @param functionOf the function of an operation
 */
export const routerHandler =
  (operations: readonly string[], functionOf: (operation: string) => string, invoke: InvokeFunction) =>
  async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const request = toRequest(event);
    try {
      if (isTooLarge(request)) throw bodyTooLarge();
      const operation = targetOf(request);
      if (operation === undefined || !operations.includes(operation)) throw new KmsError('UnknownOperationException');
      return answerOf(operation, await invoke(functionOf(operation), JSON.stringify(event)));
    } catch (thrown) {
      const error = toKmsError(thrown);
      const { requestId } = request;
      if (error.status >= 500) {
        const entry = { level: 'error', message: 'POST / failed', requestId, error: error.cause ?? error } as const;
        process.stdout.write(logLine(entry, new Date()));
      }
      return toResult(replyToError(requestId, error));
    }
  };

/** Less than the gateway waits, more than the function of an operation may take. */
const timeoutMs = 24_000;

/** The router in the environment of its function. */
export const newRouter = (operations: readonly string[], environment: Environment) => {
  const installation = readFrom(environment)(variables.installationId);
  const functionOf = (operation: string) => functionName(installation, operation);
  return routerHandler(operations, functionOf, lambdaInvoke(environment, timeoutMs));
};

/** The one target that was sent, as the function of the operation will read it too. */
const targetOf = ({ headers }: HttpRequest): string | undefined => {
  const [target, ...more] = headers.get('x-amz-target') ?? [];
  return more.length === 0 ? /^TrentService\.(\w+)$/.exec(target ?? '')?.[1] : undefined;
};

const answerOf = (operation: string, { status, failed, payload }: Invocation): APIGatewayProxyResult => {
  if (status === 200 && !failed) return JSON.parse(payload);
  const name: ErrorName = status === 429 ? 'ThrottlingException' : 'KMSInternalException';
  // What a function says when it fails may hold what it was handling: its own log has it.
  const cause = new Error(`${operation} answered ${status}${failed ? ' and failed' : ''}`);
  throw new KmsError(name, name === 'ThrottlingException' ? 'Rate exceeded' : '', { cause });
};
