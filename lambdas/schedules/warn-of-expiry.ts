import { addDays } from '../../core/model/days.ts';
import { schedule } from '../schedule.ts';

/** How long before it happens. */
const warningDays = 7;

/** Tells of imported material that is about to expire, as AWS advises to watch for. https://docs.aws.amazon.com/kms/latest/developerguide/imported-key-material-expiration-alarm.html */
export const warnOfExpiry = schedule({
  name: 'WarnOfExpiry',
  everyMinutes: 24 * 60,
  uses: { keys: ['due', 'get'] },

  async pass({ eachDue, warn, now }) {
    let count = 0;
    await eachDue(
      'expiry',
      async () => {
        count += 1;
      },
      addDays(now, warningDays),
    );
    if (count > 0)
      warn(`imported material of ${count} keys expires within ${warningDays} days`, 'KeyMaterialExpiring', count);
  },
});
