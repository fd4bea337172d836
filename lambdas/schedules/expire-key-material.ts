import { isPresent, withoutImported } from '../../core/model/key-materials.ts';
import { schedule } from '../schedule.ts';

/** Deletes imported material that has expired. https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-conceptual.html */
export const expireKeyMaterial = schedule({
  name: 'ExpireKeyMaterial',
  everyMinutes: 15,
  uses: { keys: ['due', 'get', 'update', 'material', 'deleteMaterial'] },

  pass: ({ stores, eachDue, announce, newEventId, now }) =>
    eachDue('expiry', async (record) => {
      const { KeyId } = record;
      const expired = record.materials.filter(
        (version) => version.imported?.ImportState === 'IMPORTED' && !isPresent(version, now),
      );
      const items = await Promise.all(expired.map(({ KeyMaterialId }) => stores.keys.material(KeyId, KeyMaterialId)));
      let pendingEvents = record.pendingEvents ?? [];
      for (const { KeyMaterialId: keyMaterialId } of expired) {
        const details = { keyMaterialId };
        const event = {
          eventID: newEventId(),
          eventName: 'DeleteExpiredKeyMaterial',
          eventTime: now,
          details,
        } as const;
        pendingEvents = [...pendingEvents, event];
      }
      const materials = withoutImported(
        record,
        expired.map(({ KeyMaterialId }) => KeyMaterialId),
      );
      const updated = await stores.keys.update(record, { materials, pendingEvents });
      for (const item of items) if (item) await stores.keys.deleteMaterial(item);
      await announce(updated);
    }),
});
