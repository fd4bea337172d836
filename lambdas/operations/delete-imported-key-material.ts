import { KmsError } from '../../core/model/errors.ts';
import { isPermanent, withoutImported } from '../../core/model/key-materials.ts';
import { specOf } from '../../core/model/key-specs.ts';
import { isReplica } from '../../core/model/related-keys.ts';
import { keyId, keyMaterialId, optional } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Deletes key material that can be imported again. https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteImportedKeyMaterial.html */
export const deleteImportedKeyMaterial = operation({
  name: 'DeleteImportedKeyMaterial',
  input: { KeyId: keyId(), KeyMaterialId: optional(keyMaterialId()) },
  key: {
    from: 'KeyId',
    origins: ['EXTERNAL'],
    states: ['Enabled', 'Disabled', 'PendingDeletion', 'PendingReplicaDeletion', 'PendingImport'],
  },
  audit: { readOnly: false, response: ['KeyId', 'KeyMaterialId'] },
  uses: { keys: ['material', 'deleteMaterial'], regions: 'write' },

  async handle({ input, key, stores, related }) {
    const { record, Arn } = key;
    const KeyMaterialId = input.KeyMaterialId ?? record.currentKeyMaterialId;
    if (KeyMaterialId === undefined) return { KeyId: Arn };
    const version = record.materials.find((known) => known.KeyMaterialId === KeyMaterialId);
    if (version === undefined) {
      const message = `Key material (id: ${KeyMaterialId}) has never been imported into KMS key ${Arn}.`;
      throw new KmsError('ValidationException', message);
    }

    const stored = await stores.keys.material(record.KeyId, KeyMaterialId);
    const { imported } = version;
    if (imported?.ImportState !== 'IMPORTED') {
      // An earlier call may have been cut off here.
    } else if (isPermanent(version)) {
      const KeyState = record.KeyState === 'PendingDeletion' ? 'PendingDeletion' : 'PendingImport';
      await related.update(record, { materials: withoutImported(record, [KeyMaterialId]), KeyState });
    } else {
      // What was never current is forgotten, in replicas too; in a replica it waits for the primary's to be imported again.
      const others = record.materials.filter((known) => known !== version);
      const materials = isReplica(record) ? withoutImported(record, [KeyMaterialId]) : others;
      await related.update(record, { materials });
    }
    if (stored) await stores.keys.deleteMaterial(stored);
    return { KeyId: Arn, ...(specOf(record.KeySpec).type === 'symmetric' && { KeyMaterialId }) };
  },
});
