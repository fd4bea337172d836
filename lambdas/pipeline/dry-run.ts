import { KmsError } from '../../core/model/errors.ts';
import type { Call } from './call.ts';

const wouldHaveSucceeded = () =>
  new KmsError('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.');

/** `DryRunModifiers` only matter while `DryRun` is true. */
export const ignoresCiphertext = (input: Call['input']): boolean =>
  input.DryRun === true && Array.isArray(input.DryRunModifiers) && input.DryRunModifiers.includes('IGNORE_CIPHERTEXT');

/**
 * A dry run always ends in an error: the real one, or DryRunOperationException in place of the result.
 * https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html
 */
export const dryRun = () => ({
  before: ({ event: { input } }: { event: Call }) => {
    if (ignoresCiphertext(input)) throw wouldHaveSucceeded();
  },
  after: ({ event: { input } }: { event: Call }) => {
    if (input.DryRun === true) throw wouldHaveSucceeded();
  },
});
