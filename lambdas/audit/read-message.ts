import { placeOf } from '../../core/audit/log-file.ts';
import type { Place } from '../../core/model/arn.ts';

/** An audit record as it came from the queue. */
export interface QueuedRecord {
  readonly place: Place;
  readonly eventID: string;
  /** In seconds, as all records have it: it sorts. */
  readonly eventTime: string;
  /** The record itself, as it was sent. */
  readonly text: string;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** @returns the reason, for whoever looks at what was set aside, when this is no record that could be delivered */
export const readMessage = (text: string): QueuedRecord | { readonly reason: string } => {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return { reason: 'it is not JSON' };
  }
  const place = placeOf(record);
  if (place === undefined) return { reason: 'it does not say of which account and Region it is' };
  const { eventID, eventTime } = record as Record<string, unknown>; // placeOf found it to be an object
  if (typeof eventID !== 'string' || !uuid.test(eventID)) return { reason: 'its eventID is not a UUID' };
  if (typeof eventTime !== 'string' || !instant.test(eventTime) || Number.isNaN(Date.parse(eventTime)))
    return { reason: 'its eventTime is not an instant' };
  return { place, eventID, eventTime, text };
};
