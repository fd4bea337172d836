import { type CompiledPolicy, checkPolicy, compilePolicy } from '../core/policy/policy.ts';
import type { HttpRequest } from '../lambdas/pipeline/ports.ts';
import { type Change, type FollowedFile, followFile } from './followed-file.ts';
import { parseJson } from './json-fault.ts';

/** The endpoint policy cannot be used; the message says where it is broken. */
export class EndpointPolicyError extends Error {
  override readonly name = 'EndpointPolicyError';
}

/** The VPC endpoint that all calls seem to come through while there is an endpoint policy; both ids are made up. */
export const madeUpEndpoint = {
  endpointId: 'vpce-0a1b2c3d4e5f60718',
  vpcId: 'vpc-0a1b2c3d4e5f60718',
} as const satisfies HttpRequest['vpc'];

/**
 * Opens a file with the policy of a VPC endpoint and follows its changes; a broken one leaves the policy read before in
 * force. https://docs.aws.amazon.com/kms/latest/developerguide/vpce-policy-control-access.html
 *
 * @throws {EndpointPolicyError} if the file cannot be read, or is broken, now
 */
export const openEndpointPolicy = (
  file: string,
  log: (message: string) => void,
  change?: Change,
): Promise<FollowedFile<CompiledPolicy<'endpoint'>>> =>
  followFile(file, {
    read: readEndpointPolicy,
    Fault: EndpointPolicyError,
    staying: 'the endpoint policy read before stays in force',
    summary: ({ statements }) => `${statements.length} statement(s)`,
    log,
    change,
  });

/** @throws {EndpointPolicyError} saying where the text is broken */
export const readEndpointPolicy = (text: string): CompiledPolicy<'endpoint'> => {
  const document = parseJson(text, EndpointPolicyError);
  const given = typeof document === 'object' && document !== null ? document : text;
  const [problem] = checkPolicy(given, 'endpoint');
  if (problem) throw new EndpointPolicyError(`${problem.where || 'the policy'} ${problem.what}`);
  return compilePolicy(given, 'endpoint');
};
