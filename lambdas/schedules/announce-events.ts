import { schedule } from '../schedule.ts';

/** Puts on record what happened to keys where nobody has yet: after a crash, and for rotations on demand. */
export const announceEvents = schedule({
  name: 'AnnounceEvents',
  everyMinutes: 15,
  uses: { keys: ['due', 'get', 'update'] },
  pass: ({ eachDue, announce }) => eachDue('event', announce),
});
