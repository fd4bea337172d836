import type { PolicyKind } from './reading.ts';
import type { AccessRequest, Denied } from './request.ts';

/** What AWS says to a caller that may not. Texts: AccessDeniedException as seen from the service and in IAM's guide. */

/** A policy as AWS calls it in refusals, with its article. */
const names: Readonly<Record<PolicyKind, readonly [article: string, name: string]>> = {
  key: ['a', 'resource-based policy'],
  identity: ['an', 'identity-based policy'],
  boundary: ['a', 'permissions boundary'],
  session: ['a', 'session policy'],
  endpoint: ['a', 'VPC endpoint policy'],
};

/** Names one kind of policy, and never a key of another account. @param namedBy whether the request named the key */
export const accessDeniedText = (
  { principal: { arn }, action, resource }: AccessRequest,
  { by, explicit, foreign }: Denied,
  namedBy: 'request' | 'ciphertext' = 'request',
): string => {
  if (foreign) return foreignKeyText(arn, action, namedBy);
  const [article, name] = names[by];
  const reason = explicit
    ? `with an explicit deny in ${article} ${name}`
    : `because no ${name} allows the ${action} action`;
  return `User: ${arn} is not authorized to perform: ${action} on resource: ${resource.kind === 'none' ? '*' : resource.arn} ${reason}`;
};

/** The same for a key of another account that exists and one that does not. */
export const foreignKeyText = (callerArn: string, action: string, namedBy: 'request' | 'ciphertext'): string => {
  const resource = namedBy === 'request' ? 'this resource' : 'the resource associated with this ciphertext';
  return `User: ${callerArn} is not authorized to perform: ${action} on ${resource} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`;
};
