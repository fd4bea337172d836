import { keyArn } from '../../core/model/arn.ts';
import { KmsError } from '../../core/model/errors.ts';
import { usableStates } from '../../core/model/key-states.ts';
import { demoted } from '../../core/model/related-keys.ts';
import { keyId, regionName } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Makes a replica the primary, and the primary a replica. https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdatePrimaryRegion.html */
export const updatePrimaryRegion = operation({
  name: 'UpdatePrimaryRegion',
  input: { KeyId: keyId(), PrimaryRegion: regionName() },
  keys: {
    key: { from: 'KeyId', manager: 'CUSTOMER', multiRegion: 'primary', states: usableStates },
    replica: { from: 'KeyId', region: 'PrimaryRegion', states: usableStates },
  },
  conditions: { PrimaryRegion: 'PrimaryRegion' },
  audit: { readOnly: false, response: 'key ARN', also: { in: 'PrimaryRegion' } },
  uses: { regions: 'write' },

  async handle({ input: { PrimaryRegion }, key: { record }, replica, region, now, related }) {
    if (replica === undefined) {
      const Arn = keyArn({ region: PrimaryRegion, accountId: record.AccountId }, record.KeyId);
      if (PrimaryRegion !== region) throw new KmsError('NotFoundException', `Key '${Arn}' does not exist`);
      throw new KmsError('UnsupportedOperationException', `${Arn} is not a multi-region replica key.`);
    }
    await related.update(record, demoted(record, region, PrimaryRegion, now));
    return undefined;
  },
});
