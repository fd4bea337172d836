import { KmsError } from './errors.ts';
import type { KeyRecord, KeyState } from './key-record.ts';
import type { Origin } from './key-specs.ts';
import { multiRegionKeyType } from './related-keys.ts';

/** States in which key material is used. */
export const usableStates = ['Enabled', 'Updating'] as const satisfies readonly KeyState[];

/** All states but those of a key that is to be deleted. */
export const statesBeforeDeletion = [
  'Enabled',
  'Disabled',
  'PendingImport',
  'Creating',
  'Updating',
] as const satisfies readonly KeyState[];

/**
 * What a refused state answers.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
 */
const refusals = {
  Enabled: ['KMSInvalidStateException', 'is enabled.'],
  Disabled: ['DisabledException', 'is disabled.'],
  PendingDeletion: ['KMSInvalidStateException', 'is pending deletion.'],
  PendingReplicaDeletion: ['KMSInvalidStateException', 'is pending replica deletion.'],
  PendingImport: ['KMSInvalidStateException', 'is pending import.'],
  Creating: ['KMSInvalidStateException', 'is creating.'],
  Updating: ['KMSInvalidStateException', 'is updating.'],
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

/**
 * `primary`: only the primary of a multi-Region key. `primary for now`: that too, and what is a replica is so for now, which
 * AWS calls its state. `no replica`: single-Region keys too.
 */
export type MultiRegionRole = 'primary' | 'primary for now' | 'no replica';

/** The error for a key that is not what an operation on multi-Region keys, or on what they share, works on. */
export const refuseRole = (
  arn: string,
  record: KeyRecord,
  accepted: MultiRegionRole,
  operation: string,
): KmsError | undefined => {
  const type = multiRegionKeyType(record);
  if (type === 'PRIMARY' || (type === undefined && accepted === 'no replica')) return undefined;
  if (accepted === 'no replica') {
    const message = `${arn} is a multi-region replica key which is not valid for ${operation}.`;
    return new KmsError('UnsupportedOperationException', message);
  }
  return type === 'REPLICA' && accepted === 'primary for now'
    ? new KmsError('KMSInvalidStateException', `${arn} is not a multi-Region primary key.`)
    : new KmsError('UnsupportedOperationException', `${arn} is not a multi-region primary key.`);
};
