import { newKeyId } from '../core/model/key-id.ts';
import { managedKeyRecord } from '../core/model/managed-key-record.ts';
import { managedKeyOf } from '../core/model/managed-keys.ts';
import type { Writers } from '../stores/ports.ts';
import type { MakeManagedKey, Runtime } from './pipeline/ports.ts';

/**
 * Makes AWS managed keys. The alias comes first and claims a key id, so that all who come at the same time, and whoever
 * comes after a crash, go on to make the one key of that id; until it is there the alias leads nowhere.
 */
export const newManagedKeys =
  (
    { keys, aliases }: Pick<Writers, 'keys' | 'aliases'>,
    { keyring, region, random }: Pick<Runtime, 'keyring' | 'region' | 'random'>,
  ): MakeManagedKey =>
  async (AccountId, AliasName, now) => {
    const managed = managedKeyOf(AliasName);
    if (managed === undefined) return false;
    const claim = {
      AccountId,
      AliasName,
      TargetKeyId: newKeyId(random(16), false),
      CreationDate: now,
      LastUpdatedDate: now,
      revision: 1, // nobody can delete or move it
    };
    const alias = (await aliases.create(claim)) ? claim : ((await aliases.get(AccountId, AliasName)) ?? claim);
    const KeyId = alias.TargetKeyId;
    if ((await keys.get(KeyId)) !== undefined) return true;

    const material = await keyring.newMaterial({ AccountId, KeyId, KeySpec: 'SYMMETRIC_DEFAULT' });
    try {
      await keys.create(managedKeyRecord(managed, material, { region, accountId: AccountId }, now), material);
    } catch (error) {
      const made = await keys.get(KeyId);
      if (made === undefined) throw error;
      // Another call was faster. (Or this one was, and the answer to its write was lost: then the material is the key's.)
      if (made.currentKeyMaterialId !== material.KeyMaterialId)
        await keys.deleteMaterial(KeyId, material.KeyMaterialId);
    }
    return true;
  };
