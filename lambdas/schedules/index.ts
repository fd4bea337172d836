import type { Schedule } from '../schedule.ts';
import { announceEvents } from './announce-events.ts';
import { deleteKeys } from './delete-keys.ts';
import { drainOutbox } from './drain-outbox.ts';
import { expireKeyMaterial } from './expire-key-material.ts';
import { rewrapMaterial } from './rewrap-material.ts';
import { rotateKeys } from './rotate-keys.ts';
import { sweepOrphans } from './sweep-orphans.ts';
import { warnOfExpiry } from './warn-of-expiry.ts';

/** The registry of what comes by time, in the order in which one machine runs it. */
export const schedules = [
  announceEvents, // what is not on record yet hides what is due to the key beside it
  drainOutbox,
  expireKeyMaterial,
  rotateKeys,
  deleteKeys,
  sweepOrphans,
  rewrapMaterial,
  warnOfExpiry,
] as const satisfies readonly Schedule[];
