import { keyId } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/**
 * The last successful cryptographic operation with a key, up to an hour late, or nothing. Keys are tracked from their
 * creation on. https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyLastUsage.html
 */
export const getKeyLastUsage = operation({
  name: 'GetKeyLastUsage',
  input: { KeyId: keyId() },
  key: { from: 'KeyId' },
  audit: { readOnly: true },
  uses: { usage: ['get'] },

  async handle({ key: { record }, stores }) {
    const { KeyId, CreationDate } = record;
    const use = await stores.usage.get(KeyId);
    const { KeyId: _, ...KeyLastUsage } = use ?? { KeyId };
    return { KeyId, KeyCreationDate: CreationDate, TrackingStartDate: CreationDate, KeyLastUsage };
  },
});
