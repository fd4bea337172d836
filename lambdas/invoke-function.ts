import type { Environment } from './environment.ts';
import { signedRequests } from './signed-request.ts';

/** What a function answered. */
export interface Invocation {
  /** Of the Invoke API: 200 when the function ran, whatever became of it; 429 when it could not yet. */
  readonly status: number;
  /** Whether the function failed instead of answering. */
  readonly failed: boolean;
  readonly payload: string;
}

/** Runs a function and waits for its answer. @throws {Error} when no answer came */
export type InvokeFunction = (name: string, payload: string) => Promise<Invocation>;

/**
 * Lambda's Invoke. It is never sent twice: a call whose answer was lost may have been done.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export const lambdaInvoke = (environment: Environment, timeoutMs: number): InvokeFunction => {
  const send = signedRequests('lambda', environment);
  return async (name, body) => {
    const path = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
    const answer = await send({ path, headers: { 'content-type': 'application/json' }, body, timeoutMs });
    const failed = answer.headers['x-amz-function-error'] !== undefined;
    return { status: answer.status, failed, payload: answer.body };
  };
};
