import { addDays } from '../../core/model/days.ts';
import { usableStates } from '../../core/model/key-states.ts';
import { integer, keyId, optional } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

const defaultPeriodDays = 365;

/** Has a key's material rotated by itself; called again, it begins a period anew. https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html */
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

  async handle({ input: { RotationPeriodInDays: periodDays = defaultPeriodDays }, key, related, now }) {
    await related.update(key.record, { rotation: { periodDays, next: addDays(now, periodDays) } });
    return undefined;
  },
});
