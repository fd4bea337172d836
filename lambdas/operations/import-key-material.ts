import { addDays, wholeSeconds } from '../../core/model/days.ts';
import { KmsError } from '../../core/model/errors.ts';
import { expirationModels, importTypes } from '../../core/model/key-import.ts';
import { isMaterialMissing, isPermanent, type MaterialVersion } from '../../core/model/key-materials.ts';
import { specOf } from '../../core/model/key-specs.ts';
import { placeImport, unexpectedMaterial } from '../../core/model/place-import.ts';
import { isReplica } from '../../core/model/related-keys.ts';
import { blob, keyId, keyMaterialId, oneOf, optional, text, timestamp, withDefault } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Material that expires does so within this time. */
const mostDays = 365;

/** Members for keys that can have several materials, by the names that AWS has for them in its messages. */
const forSymmetric = [
  ['importType', 'ImportType'],
  ['keyMaterialId', 'KeyMaterialId'],
  ['keyMaterialDescription', 'KeyMaterialDescription'],
] as const;

const refuse = (message: string) => new KmsError('ValidationException', message);

/** Brings key material, or brings it back. https://docs.aws.amazon.com/kms/latest/APIReference/API_ImportKeyMaterial.html */
export const importKeyMaterial = operation({
  name: 'ImportKeyMaterial',
  input: {
    KeyId: keyId(),
    ImportToken: blob({ min: 1, max: 6144 }),
    EncryptedKeyMaterial: blob({ min: 1, max: 6144 }),
    ValidTo: optional(timestamp()),
    ExpirationModel: withDefault(oneOf(expirationModels), 'KEY_MATERIAL_EXPIRES'),
    ImportType: optional(oneOf(importTypes)),
    KeyMaterialDescription: optional(text({ min: 0, max: 256, pattern: '^[a-zA-Z0-9:/_\\s.-]+$' })),
    KeyMaterialId: optional(keyMaterialId()),
  },
  key: { from: 'KeyId', origins: ['EXTERNAL'], states: ['Enabled', 'Disabled', 'PendingImport', 'Updating'] },
  conditions: { ExpirationModel: 'ExpirationModel', ValidTo: 'ValidTo' },
  audit: { readOnly: false, onlySent: ['ExpirationModel'], response: ['KeyId', 'KeyMaterialId'] },
  uses: { keys: ['material', 'deleteMaterial'], regions: 'write', material: 'make' },

  check({ ExpirationModel, ValidTo, ImportType, KeyMaterialId }) {
    if (ExpirationModel === 'KEY_MATERIAL_EXPIRES' && ValidTo === undefined) {
      throw refuse('A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES');
    }
    if (ExpirationModel === 'KEY_MATERIAL_DOES_NOT_EXPIRE' && ValidTo !== undefined) {
      throw refuse('A validTo date cannot be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE');
    }
    if (ImportType === 'NEW_KEY_MATERIAL' && KeyMaterialId !== undefined) {
      throw refuse('Input parameter keyMaterialId cannot be used with NEW_KEY_MATERIAL importType.');
    }
  },

  async handle({ input, key, stores, related, materials, now }) {
    const { record, Arn } = key;
    const { ExpirationModel, ImportType, KeyMaterialDescription } = input;
    const ValidTo = input.ValidTo && wholeSeconds(input.ValidTo);
    if (ValidTo !== undefined && ValidTo <= now) throw refuse('ValidTo must be in the future');
    if (ValidTo !== undefined && ValidTo > addDays(now, mostDays)) {
      throw refuse(`ValidTo must be less than ${mostDays} days in the future`);
    }
    const isSymmetric = specOf(record.KeySpec).type === 'symmetric';
    const unfit = isSymmetric ? undefined : forSymmetric.find(([, member]) => input[member] !== undefined);
    if (unfit) throw refuse(`Input parameter ${unfit[0]} cannot be used with ${record.KeySpec} imported keys.`);
    if (isReplica(record) && KeyMaterialDescription !== undefined) {
      throw refuse('Key material description can only be specified on primary Multi-Region keys');
    }
    if (isReplica(record) && ImportType === 'NEW_KEY_MATERIAL') {
      throw refuse('Input parameter ImportType NEW_KEY_MATERIAL cannot be used on replica Multi-Region keys');
    }
    const { ImportToken, EncryptedKeyMaterial } = input;
    const { material, PublicKey } = await materials.importMaterial(record, ImportToken, EncryptedKeyMaterial, now);
    const { KeyMaterialId } = material;
    if (input.KeyMaterialId !== undefined && input.KeyMaterialId !== KeyMaterialId) {
      throw unexpectedMaterial(input.KeyMaterialId);
    }
    const facts = { ExpirationModel, ValidTo, KeyMaterialDescription, PublicKey };
    const { change, missing } = placeImport(key, { KeyMaterialId, ImportType, ...facts });
    const replaced = missing && (await stores.keys.material(record.KeyId, missing.KeyMaterialId));
    // The last material that was missing makes the key usable, and so does any that it has already, even a disabled key.
    const isItsOwn = (version: MaterialVersion) => isPermanent(version) && version.KeyMaterialId === KeyMaterialId;
    const returns = key.state === 'PendingImport' || record.materials.some(isItsOwn);
    const usable = returns && !isMaterialMissing({ ...record, ...change }, now);
    await related.update(record, { ...change, ...(usable && { KeyState: 'Enabled' }) }, material);
    if (replaced) await stores.keys.deleteMaterial(replaced);
    return { KeyId: Arn, ...(isSymmetric && { KeyMaterialId }) };
  },
});
