import { KmsError } from '../../core/model/errors.ts';
import { foreignKeyText } from '../../core/policy/refusal.ts';
import type { KeyTarget } from '../operation.ts';
import { type Call, callerOf, type FoundKey } from './call.ts';

/** The permission that a target needs, without `kms:`. */
export const permissionOf = ({ operation }: Call, { permission }: KeyTarget): string => permission ?? operation.name;

/**
 * The refusal of a key of another account that is not there: worded like that of one that is, and without its ARN, so
 * that nobody learns which keys others have.
 */
export const foreignResource = (call: Call, target: KeyTarget, namedBy: FoundKey['namedBy']): KmsError =>
  new KmsError(
    'AccessDeniedException',
    foreignKeyText(callerOf(call).arn, `kms:${permissionOf(call, target)}`, namedBy),
  );

/** A token that names no grant: garbage, or one whose grant is gone. */
export const badGrantToken = (): KmsError =>
  new KmsError('InvalidGrantTokenException', 'A grant token in the request is not valid.');
