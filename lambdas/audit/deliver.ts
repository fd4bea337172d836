import { logFileBody, logFileName, stemOf } from '../../core/audit/log-file.ts';
import type { Place } from '../../core/model/arn.ts';
import type { AuditClaims } from '../../stores/ports.ts';
import type { Runtime } from '../pipeline/ports.ts';
import { atOnce } from './at-once.ts';
import { claimRecords } from './claim-records.ts';
import { type QueuedRecord, readMessage } from './read-message.ts';
import type { Trail } from './trail.ts';

export interface Message {
  readonly id: string;
  readonly text: string;
}

export interface DeliveryOptions extends Pick<Runtime, 'clock' | 'random' | 'log'> {
  readonly trail: Trail;
  readonly claims: AuditClaims;
  /** Keeps for somebody to look at what cannot be delivered. */
  setAside(message: Message, reason: string): Promise<void>;
}

/** Accounts and Regions of a batch under way at once, and requests for each. */
const placesAtOnce = 4;
const requestsAtOnce = 8;

/**
 * Makes log files of batches of records, one for each account and Region: each record in one file, however often and in
 * whatever company it comes.
 *
 * @returns a function of a batch; it gives the messages that must come again, and never rejects
 */
export const newDelivery = (options: DeliveryOptions) => {
  const { log, setAside } = options;
  return async (messages: readonly Message[]): Promise<readonly Message[]> => {
    const again: Message[] = [];
    const { batches, unreadable } = sorted(messages);
    await atOnce(placesAtOnce, batches, async (batch) => {
      const all = [...batch.messages.values()].flat();
      const left = await deliverPlace(batch, options).catch((error: unknown) => {
        const message = `${all.length} audit records of ${nameOf(batch.place)} were not delivered; they will come again`;
        log({ level: 'error', message, error });
        return all;
      });
      again.push(...left);
    });
    await atOnce(requestsAtOnce, unreadable, async ({ message, reason }) => {
      log({ level: 'error', message: `Message ${message.id} is no audit record: ${reason}. It is set aside` });
      await setAside(message, reason).catch((error: unknown) => {
        log({ level: 'error', message: `Message ${message.id} could not be set aside; it will come again`, error });
        again.push(message);
      });
    });
    return again;
  };
};

/** What a batch has of one account and Region, by the ids of the events: of each one record, and all messages. */
interface PlaceBatch {
  readonly place: Place;
  readonly records: Map<string, QueuedRecord>;
  readonly messages: Map<string, Message[]>;
}

const sorted = (all: readonly Message[]) => {
  const batches = new Map<string, PlaceBatch>();
  const unreadable: { message: Message; reason: string }[] = [];
  for (const message of all) {
    const record = readMessage(message.text);
    if ('reason' in record) {
      unreadable.push({ message, reason: record.reason });
      continue;
    }
    const { place, eventID } = record;
    const name = nameOf(place);
    const batch = batches.get(name) ?? { place, records: new Map(), messages: new Map() };
    batches.set(name, batch);
    batch.records.set(eventID, record);
    batch.messages.set(eventID, [...(batch.messages.get(eventID) ?? []), message]);
  }
  return { batches: batches.values(), unreadable };
};

const nameOf = ({ accountId, region }: Place): string => `${accountId} ${region}`;

/**
 * @returns messages that must come again although nothing failed: somebody else has their records in hand
 * @throws {Error} of the stores; all must come again then
 */
const deliverPlace = async (batch: PlaceBatch, options: DeliveryOptions): Promise<readonly Message[]> => {
  const { place, records, messages } = batch;
  const { trail, claims, clock, random } = options;
  const { folder, file } = logFileName(place, stemOf(clock(), random(16)));
  const object = [...folder, file].join('/');
  const known = new Map<string, Promise<boolean>>();
  const exists = (name: string): Promise<boolean> => {
    const answer = known.get(name) ?? trail.has(name);
    known.set(name, answer);
    return answer;
  };

  const ours: QueuedRecord[] = [];
  const again: string[] = [];
  const byMinute = Map.groupBy(records.values(), ({ eventTime }) => eventTime.slice(0, 'YYYY-MM-DDTHH:MM'.length));
  await atOnce(requestsAtOnce, byMinute, async ([time, found]) => {
    const eventIDs = found.map(({ eventID }) => eventID);
    const minute = `${nameOf(place)} ${time}`;
    // When this fails nobody knows whether the claim was made, so the file must never be: it would not hold these records.
    const claimed = await claimRecords({ claims, exists, clock, minute, eventIDs, file: object });
    ours.push(...claimed.ours.flatMap((eventID) => records.get(eventID) ?? []));
    again.push(...claimed.undecided);
  });
  if (ours.length > 0) {
    const texts = ours.toSorted(byTime).map(({ text }) => text);
    // That it is there already is the retry of a request whose answer was lost: nobody else uses this name.
    await trail.putCompressed(object, Buffer.from(logFileBody(texts)));
  }
  return again.flatMap((eventID) => messages.get(eventID) ?? []);
};

const byTime = (one: QueuedRecord, other: QueuedRecord): number => {
  if (one.eventTime === other.eventTime) return one.eventID < other.eventID ? -1 : 1;
  return one.eventTime < other.eventTime ? -1 : 1;
};
