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

/**
 * Names one kind of policy, and never a key of another account.
 *
 * @param namedBy whether the request named the key
 */
export const accessDeniedText = (
  { principal: { arn }, action, resource, retires }: AccessRequest,
  { by, explicit, grant, foreign }: Denied,
  namedBy: 'request' | 'ciphertext' = 'request',
): string => {
  // Whom the key of another account lets in hears what is missing at home, and nobody else hears that there is such a key.
  const isLetIn = !explicit && by !== 'key' && by !== 'endpoint' && (!retires || grant !== undefined);
  if (foreign && !isLetIn) return foreignKeyText(arn, action, namedBy);
  const [article, name] = names[by];
  const reason = explicit
    ? `with an explicit deny in ${article} ${name}`
    : `because no ${name} allows the ${action} action`;
  const known = `resource: ${resource.kind === 'none' ? '*' : resource.arn}`;
  return `User: ${arn} is not authorized to perform: ${action} on ${foreign ? foreignKey[namedBy] : known} ${reason}`;
};

/** The same for a key of another account that exists and one that does not. */
export const foreignKeyText = (callerArn: string, action: string, namedBy: 'request' | 'ciphertext'): string =>
  `User: ${callerArn} is not authorized to perform: ${action} on ${foreignKey[namedBy]} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`;

const foreignKey = {
  request: 'this resource',
  ciphertext: 'the resource associated with this ciphertext',
} as const;
