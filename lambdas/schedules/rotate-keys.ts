import { addDays } from '../../core/model/days.ts';
import { rotateTo } from '../../core/model/key-materials.ts';
import { schedule } from '../schedule.ts';

/** Gives keys new material, once for each date that has come. https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html */
export const rotateKeys = schedule({
  name: 'RotateKeys',
  everyMinutes: 15,
  uses: { keys: ['due', 'get', 'update'], regions: 'write', material: 'make' },

  pass: ({ stores, related, materials, eachDue, announce, newEventId, now }) =>
    eachDue('rotation', async ({ KeyId }) => {
      // Time may have gone by without a pass: each period has its rotation all the same.
      for (;;) {
        const record = await stores.keys.get(KeyId);
        if (record?.rotation === undefined || record.rotation.next > now || record.KeyState !== 'Enabled') return;
        const { periodDays, next } = record.rotation;
        const material = await materials.newMaterial(record);
        const change = rotateTo(record, material.KeyMaterialId, { date: next, type: 'AUTOMATIC' }, newEventId());
        await related.update(
          record,
          { ...change, rotation: { periodDays, next: addDays(next, periodDays) } },
          material,
        );
        const rotated = await stores.keys.get(KeyId);
        if (rotated) await announce(rotated);
      }
    }),
});
