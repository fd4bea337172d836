import { beginningOfTime } from '../../core/model/due-work.ts';
import { withEvent } from '../../core/model/lifecycle-event.ts';
import { clearKey } from '../clear-key.ts';
import { schedule } from '../schedule.ts';

/** Deletes keys whose date has come: their material first, then grants and aliases, last the record. https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html */
export const deleteKeys = schedule({
  name: 'DeleteKeys',
  everyMinutes: 15,
  uses: {
    keys: ['due', 'get', 'update', 'shred', 'remove'],
    aliases: ['listByKey', 'delete'],
    grants: ['list', 'delete'],
    usage: ['forget'],
  },

  pass: ({ stores, eachDue, announce, newEventId, now }) =>
    eachDue('deletion', async (found) => {
      let record = found;
      if (record.DeletionDate?.getTime() !== beginningOfTime.getTime()) {
        const event = { eventID: newEventId(), eventName: 'DeleteKey', eventTime: now } as const;
        // From here on neither a call that is under way nor a clock moved back can save it.
        record = await stores.keys.update(record, { DeletionDate: beginningOfTime, ...withEvent(record, event) });
      }
      await clearKey(stores, record);
      await stores.usage.forget(record.KeyId);
      await announce(record);
      const announced = await stores.keys.get(record.KeyId);
      if (announced) await stores.keys.remove(announced);
    }),
});
