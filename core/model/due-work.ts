import { isPermanent } from './key-materials.ts';
import type { KeyRecord } from './key-record.ts';
import { isReplica } from './related-keys.ts';

/** What time does to keys: each kind is the work of one schedule. */
export type DueWork = 'event' | 'deletion' | 'expiry' | 'rotation' | 'outbox';

/** The partitions of the index of due work, for each kind: so many, that writes spread; so few, that a pass is cheap. */
const spread = 4;

/**
 * The earliest that is to be done to a key without anybody asking; nothing until the next write when `undefined`. What
 * is in the outbox stands beside it, in an item of its own.
 */
export const dueWork = (record: KeyRecord): { readonly work: DueWork; readonly at: Date } | undefined => {
  const { KeyState, DeletionDate, pendingEvents = [], rotation, materials } = record;
  if (DeletionDate && DeletionDate <= beginningOfTime) return { work: 'deletion', at: DeletionDate };
  const [event] = pendingEvents;
  if (event) return { work: 'event', at: event.eventTime };
  const expiries = materials.filter(isPermanent).flatMap(({ imported }) => {
    const { ImportState, ValidTo } = imported ?? {};
    return ImportState === 'IMPORTED' && ValidTo ? [{ work: 'expiry', at: ValidTo } as const] : [];
  });
  // A disabled key is rotated when it is enabled again, a replica with its primary.
  const rotates = KeyState === 'Enabled' && rotation !== undefined && !isReplica(record);
  const all = [
    ...expiries,
    ...(DeletionDate ? [{ work: 'deletion', at: DeletionDate } as const] : []),
    ...(rotates ? [{ work: 'rotation', at: rotation.next } as const] : []),
  ];
  return all.toSorted((a, b) => a.at.getTime() - b.at.getTime())[0];
};

/** The deletion date of a key that is being deleted: from there on no clock brings it back. */
export const beginningOfTime = new Date(0);

/** All partitions of the index that hold one kind of work. */
export const dueBuckets = (work: DueWork): readonly string[] =>
  Array.from({ length: spread }, (_, n) => `${work}#${n}`);

/** @param KeyId of either form: its digits are random */
export const dueBucketOf = (work: DueWork, KeyId: string): string =>
  `${work}#${Number.parseInt(KeyId.at(-1) ?? '0', 16) % spread}`;
