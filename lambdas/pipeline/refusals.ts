import { KmsError } from '../../core/model/errors.ts';
import type { KeyTarget } from '../operation.ts';
import { type Call, callerOf, type FoundKey } from './call.ts';

/** The permission that a target needs, as policies name it. */
export const permissionOf = ({ operation }: Call, target: KeyTarget): string =>
  `kms:${target.permission ?? operation.name}`;

/**
 * The refusal of a key of another account: worded alike whether the key is missing or forbidden, and without its ARN,
 * so that nobody learns which keys others have.
 */
export const foreignResource = (call: Call, target: KeyTarget, namedBy: FoundKey['namedBy']): KmsError => {
  const resource = namedBy === 'request' ? 'this resource' : 'the resource associated with this ciphertext';
  return new KmsError(
    'AccessDeniedException',
    `User: ${callerOf(call).arn} is not authorized to perform: ${permissionOf(call, target)} on ${resource} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
  );
};
