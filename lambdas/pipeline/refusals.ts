import { KmsError } from '../../core/model/errors.ts';
import { foreignKeyText } from '../../core/policy/refusal.ts';
import type { KeyTarget } from '../operation.ts';
import { type Call, callerOf, type FoundKey } from './call.ts';

/** The permission that a target needs, without `kms:`. */
export const permissionOf = ({ operation }: Pick<Call, 'operation'>, { permission }: KeyTarget): string =>
  permission ?? operation.name;

/**
 * The refusal of a key of another account that is not there: worded like that of one that is, and without its ARN, so
 * that nobody learns which keys others have. Why goes on record.
 */
export const foreignResource = (call: Call, target: KeyTarget, namedBy: FoundKey['namedBy'], why: string): KmsError => {
  const action = `kms:${permissionOf(call, target)}`;
  const reason = `refused: ${why}.`;
  call.reasons = [...(call.reasons ?? []), reason];
  const resource = namedBy === 'request' ? String(call.input[target.from]) : 'the key that the ciphertext names';
  call.refusal = { reason, action, resource };
  return new KmsError('AccessDeniedException', foreignKeyText(callerOf(call).arn, action, namedBy));
};

/** A key, named in the request, that did not make the ciphertext. */
export const incorrectKey = (): KmsError =>
  new KmsError(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  );

/** A token that names no grant: garbage, or one whose grant is gone. */
export const badGrantToken = (): KmsError =>
  new KmsError('InvalidGrantTokenException', 'A grant token in the request is not valid.');
