import { expect, it } from 'vitest';
import { type KeyRecord, keyStates, stateAt } from '../../../core/model/key-record.ts';
import { refuseState } from '../../../core/model/key-states.ts';

const arn = 'arn:aws:kms:us-east-1:111122223333:key/1';

it.each([
  ['Disabled', 'DisabledException', `${arn} is disabled.`],
  ['PendingDeletion', 'KMSInvalidStateException', `${arn} is pending deletion.`],
  ['PendingImport', 'KMSInvalidStateException', `${arn} is pending import.`],
] as const)('refuses %s with %s', (state, name, message) => {
  expect(refuseState(arn, state, ['Enabled'])).toMatchObject({ name, message });
});

it.each(keyStates.filter((state) => state !== 'PendingDeletion'))(
  'says of a key that is %s that it is not pending deletion, where only that is accepted',
  (state) => {
    const error = { name: 'KMSInvalidStateException', message: `${arn} is not pending deletion.` };
    expect(refuseState(arn, state, ['PendingDeletion'])).toMatchObject(error);
  },
);

it.each(keyStates)('refuses nothing that is accepted: %s', (state) => {
  expect(refuseState(arn, state, [state])).toBeUndefined();
});

it('judges a key by the clock: gone from the instant of its deletion date on', () => {
  const DeletionDate = new Date('2026-12-01T00:00:00Z');
  const record = { KeyState: 'PendingDeletion', DeletionDate } as KeyRecord; // the members that stateAt reads
  expect(stateAt(record, new Date(DeletionDate.getTime() - 1))).toBe('PendingDeletion');
  expect(stateAt(record, DeletionDate)).toBeUndefined();
  expect(stateAt(record, new Date(DeletionDate.getTime() + 1))).toBeUndefined();
});

it.each(keyStates)('leaves a key without a deletion date as it is: %s', (KeyState) => {
  expect(stateAt({ KeyState } as KeyRecord, new Date())).toBe(KeyState); // the members that stateAt reads
});
