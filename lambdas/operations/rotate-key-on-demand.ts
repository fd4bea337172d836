import { KmsError } from '../../core/model/errors.ts';
import { newKeyId } from '../../core/model/key-id.ts';
import { hasMaterial, pendingMaterial, rotateTo } from '../../core/model/key-materials.ts';
import { usableStates } from '../../core/model/key-states.ts';
import { keyId } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Rotations on demand in the life of a key. */
const mostRotations = 25;
/** An automatic rotation this near comes first. */
const conflictMinutes = 20;

/** Gives a key new material, or takes what was imported for it, at once. https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html */
export const rotateKeyOnDemand = operation({
  name: 'RotateKeyOnDemand',
  input: { KeyId: keyId() },
  key: {
    from: 'KeyId',
    manager: 'CUSTOMER',
    type: 'symmetric',
    origins: ['AWS_KMS', 'EXTERNAL'],
    multiRegion: 'no replica',
    states: usableStates,
  },
  audit: { readOnly: false, response: 'key ARN' },
  uses: { regions: 'write', material: 'make' },

  async handle({ key, related, materials, now, random }) {
    const { record, Arn } = key;
    if (record.materials.filter(({ rotation }) => rotation?.type === 'ON_DEMAND').length >= mostRotations) {
      const message = `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${Arn}`;
      throw new KmsError('LimitExceededException', message);
    }
    if (record.rotation && record.rotation.next.getTime() - now.getTime() <= conflictMinutes * 60_000) {
      throw new KmsError('ConflictException', `An automatic rotation is due for the key: ${Arn}`);
    }
    const rotation = { date: now, type: 'ON_DEMAND' } as const;
    const eventID = newKeyId(random(16), false);
    if (record.Origin === 'EXTERNAL') {
      const refuse = (message: string) => new KmsError('KMSInvalidStateException', message);
      const pending = pendingMaterial(record);
      if (pending === undefined) throw refuse(`No available key material pending rotation for the key: ${Arn}.`);
      const others = await related.others(record);
      if (!others.every((other) => hasMaterial(other, pending.KeyMaterialId, now))) {
        const lacking = 'Key material has not been imported for replicas of the Multi-Region key.';
        throw refuse(`Cannot perform key material rotation: ${lacking}`);
      }
      await related.update(record, rotateTo(record, pending.KeyMaterialId, rotation, eventID));
    } else {
      const material = await materials.newMaterial(record);
      await related.update(record, rotateTo(record, material.KeyMaterialId, rotation, eventID), material);
    }
    return { KeyId: Arn };
  },
});
