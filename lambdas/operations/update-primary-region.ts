import { KmsError } from '../../core/model/errors.ts';
import { usableStates } from '../../core/model/key-states.ts';
import { demoted } from '../../core/model/related-keys.ts';
import { keyId, regionName } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Makes a replica the primary, and the primary a replica; the primary itself stays one. https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdatePrimaryRegion.html */
export const updatePrimaryRegion = operation({
  name: 'UpdatePrimaryRegion',
  input: { KeyId: keyId(), PrimaryRegion: regionName() },
  keys: {
    key: { from: 'KeyId', manager: 'CUSTOMER', multiRegion: 'primary for now', states: usableStates },
    replica: { from: 'KeyId', region: 'PrimaryRegion', states: usableStates },
  },
  conditions: { PrimaryRegion: 'PrimaryRegion' },
  audit: { readOnly: false, response: 'key ARN', also: { in: 'PrimaryRegion' } },
  uses: { regions: 'write' },

  async handle({ input: { PrimaryRegion }, key: { record }, replica, region, now, related }) {
    if (PrimaryRegion === region) return undefined;
    if (replica === undefined) {
      const message = `${record.KeyId} does not have a replica key in the specified Region.`;
      throw new KmsError('ValidationException', message);
    }
    await related.update(record, demoted(record, region, PrimaryRegion, now));
    return undefined;
  },
});
