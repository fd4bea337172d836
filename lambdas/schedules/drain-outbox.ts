import { schedule } from '../schedule.ts';

/** Tells related keys in other Regions what they have not heard of: their Region was out of reach, or the call cut off. */
export const drainOutbox = schedule({
  name: 'DrainOutbox',
  everyMinutes: 5,
  uses: { keys: ['due', 'get', 'outboxEntry'], regions: 'write' },

  async pass({ related, eachDue, warn }) {
    let waiting = 0;
    await eachDue('outbox', async ({ KeyId }) => {
      if (!(await related.catchUp(KeyId))) waiting += 1;
    });
    if (waiting > 0) {
      warn(`the keys related to ${waiting} keys have not heard of their changes yet`, 'RelatedKeysWaiting', waiting);
    }
  },
});
