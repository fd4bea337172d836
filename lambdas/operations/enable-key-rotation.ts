import { addDays } from '../../core/model/days.ts';
import { usableStates } from '../../core/model/key-states.ts';
import { integer, keyId, optional } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

const defaultPeriodDays = 365;

/** Has a key's material rotated by itself; called again with another period, it begins anew. https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html */
export const enableKeyRotation = operation({
  name: 'EnableKeyRotation',
  input: { KeyId: keyId(), RotationPeriodInDays: optional(integer({ min: 90, max: 2560 })) },
  key: {
    from: 'KeyId',
    manager: 'CUSTOMER',
    type: 'symmetric',
    origins: ['AWS_KMS'],
    multiRegion: 'no replica',
    states: usableStates,
  },
  conditions: { RotationPeriodInDays: { firstOf: ['RotationPeriodInDays'], else: `${defaultPeriodDays}` } },
  audit: { readOnly: false, response: 'key ARN' },
  uses: { regions: 'write' },

  async handle({ input, key: { record }, related, now }) {
    const periodDays = input.RotationPeriodInDays ?? record.rotation?.periodDays ?? defaultPeriodDays;
    const goesOn = periodDays === record.rotation?.periodDays;
    // What goes on is written too: the record may be a copy, from before another call ended its rotation.
    await related.update(record, {
      rotation: goesOn ? record.rotation : { periodDays, next: addDays(now, periodDays) },
    });
    return undefined;
  },
});
