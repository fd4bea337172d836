import { KmsError } from './errors.ts';
import type { KeyState } from './key-record.ts';
import type { Origin } from './key-specs.ts';

/**
 * What a refused state answers.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
 */
const refusals = {
  Enabled: ['KMSInvalidStateException', 'is enabled.'],
  Disabled: ['DisabledException', 'is disabled.'],
  PendingDeletion: ['KMSInvalidStateException', 'is pending deletion.'],
  PendingImport: ['KMSInvalidStateException', 'is pending import.'],
} as const satisfies Record<KeyState, readonly [string, string]>;

/** The error for a key whose state an operation does not accept; `undefined` when it does. */
export const refuseState = (arn: string, state: KeyState, accepted: readonly KeyState[]): KmsError | undefined => {
  if (accepted.includes(state)) return undefined;
  if (!accepted.includes('Enabled')) return new KmsError('KMSInvalidStateException', `${arn} is not pending deletion.`);
  const [name, text] = refusals[state];
  return new KmsError(name, `${arn} ${text}`);
};

/** The error for a key whose material comes from elsewhere than an operation accepts; `undefined` when it does not. */
export const refuseOrigin = (arn: string, origin: Origin, accepted: readonly Origin[]): KmsError | undefined =>
  accepted.includes(origin)
    ? undefined
    : new KmsError(
        'UnsupportedOperationException',
        `${arn} origin is ${origin} which is not valid for this operation.`,
      );
