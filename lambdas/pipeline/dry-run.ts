import { KmsError } from '../../core/model/errors.ts';
import type { Call } from './call.ts';

const wouldHaveSucceeded = () =>
  new KmsError('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.');

/** `DryRunModifiers` only matter while `DryRun` is true. */
export const ignoresCiphertext = (input: Call['input']): boolean =>
  input.DryRun === true && Array.isArray(input.DryRunModifiers) && input.DryRunModifiers.includes('IGNORE_CIPHERTEXT');

/**
 * A dry run always ends in an error: the real one, or DryRunOperationException in place of the result. Asked once the key
 * was judged, for those that ignore the ciphertext, and once more when the operation is done.
 * https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html
 */
export const endDryRun = (input: Call['input'], isDone: boolean): void => {
  if (isDone ? input.DryRun === true : ignoresCiphertext(input)) throw wouldHaveSucceeded();
};
