import { isMultiRegionId } from '../../core/model/key-id.ts';
import { stateAt } from '../../core/model/key-record.ts';
import { schedule } from '../schedule.ts';
import { allPages } from './all-pages.ts';

/**
 * Deletes what a crash left behind: material, aliases and grants of keys that are not there, material that its key does
 * not know, or no longer; keys that came back from a backup; and has multi-Region keys agree.
 */
export const sweepOrphans = schedule({
  name: 'SweepOrphans',
  everyMinutes: 24 * 60,
  uses: {
    keys: ['scan', 'get', 'shred', 'material', 'deleteMaterial', 'outboxEntry'],
    aliases: ['scan', 'delete'],
    grants: ['scan', 'delete'],
    regions: 'write',
  },

  async pass({ stores, related, each, settle, now }) {
    const { keys, aliases, grants } = stores;
    const isThere = async (KeyId: string) => (await keys.get(KeyId)) !== undefined;
    const isWanted = async (KeyId: string, KeyMaterialId: string) => {
      const record = await keys.get(KeyId);
      const version = record?.materials.find((known) => known.KeyMaterialId === KeyMaterialId);
      return version !== undefined && version.imported?.ImportState !== 'PENDING_IMPORT';
    };

    const gone = new Set<string>();
    const unwanted: { KeyId: string; KeyMaterialId: string }[] = [];
    const multiRegion = new Set<string>();
    for await (const { KeyId, KeyMaterialId } of allPages(keys.scan)) {
      if (!(await isThere(KeyId))) gone.add(KeyId);
      else if (KeyMaterialId !== undefined && !(await isWanted(KeyId, KeyMaterialId))) {
        unwanted.push({ KeyId, KeyMaterialId });
      }
      if (isMultiRegionId(KeyId)) multiRegion.add(KeyId);
    }
    // What looks left behind may belong to a call that is under way.
    if (gone.size + unwanted.length > 0) await settle();
    await each(gone, String, async (KeyId) => {
      if (!(await isThere(KeyId))) await keys.shred(KeyId);
    });
    await each(
      unwanted,
      ({ KeyId }) => KeyId,
      async ({ KeyId, KeyMaterialId }) => {
        // Its primary may have it in use, and the word of that still be on its way.
        if (isMultiRegionId(KeyId) && !(await related.catchUp(KeyId))) return;
        const item = await keys.material(KeyId, KeyMaterialId);
        if (item && !(await isWanted(KeyId, KeyMaterialId))) await keys.deleteMaterial(item);
      },
    );
    await each(
      allPages(aliases.scan),
      ({ AliasName }) => AliasName,
      async (alias) => {
        if (!(await isThere(alias.TargetKeyId))) await aliases.delete(alias);
      },
    );
    await each(
      allPages(grants.scan),
      ({ GrantId }) => GrantId,
      async (grant) => {
        if (!(await isThere(grant.KeyId))) await grants.delete(grant);
      },
    );
    await each(multiRegion, String, async (KeyId) => {
      const record = await keys.get(KeyId);
      if (record && stateAt(record, now) !== undefined) await related.catchUp(KeyId);
    });
  },
});
