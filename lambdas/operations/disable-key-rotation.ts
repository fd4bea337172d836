import { usableStates } from '../../core/model/key-states.ts';
import { keyId } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Ends automatic rotation; all material stays. https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKeyRotation.html */
export const disableKeyRotation = operation({
  name: 'DisableKeyRotation',
  input: { KeyId: keyId() },
  key: {
    from: 'KeyId',
    manager: 'CUSTOMER',
    origins: ['AWS_KMS'],
    multiRegion: 'no replica',
    states: usableStates,
  },
  audit: { readOnly: false },
  uses: { regions: 'write' },

  async handle({ key, related }) {
    if (key.record.rotation) await related.update(key.record, { rotation: undefined });
    return undefined;
  },
});
