import { entriesOf } from '../../core/model/entries.ts';
import type { Writers } from '../../stores/ports.ts';
import type { Call } from './call.ts';
import type { Runtime } from './ports.ts';

/**
 * Remembers for GetKeyLastUsage what keys were used for, once the use has succeeded and is on record. It is a courtesy:
 * that it cannot be written fails no call.
 */
export const noteUsage = ({ log }: Runtime, { usage }: Partial<Writers>) => ({
  after: async ({ event: { operation, keys, request, now, eventId } }: { event: Call }) => {
    if (usage === undefined) return;
    const how = { Operation: operation.name, Timestamp: now, KmsRequestId: request.requestId };
    for (const [name, target] of entriesOf(operation.keys)) {
      const KeyId = target.usage && keys[name]?.record.KeyId;
      if (KeyId === undefined) continue;
      try {
        await usage.note({ KeyId, ...how, CloudTrailEventId: String(eventId) });
      } catch (error) {
        log({ level: 'warn', message: 'a use of a key could not be noted', requestId: request.requestId, error });
      }
    }
  },
});
