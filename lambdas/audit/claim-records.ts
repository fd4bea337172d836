import type { AuditClaims } from '../../stores/ports.ts';
import { delivery } from './delivery-facts.ts';

export interface Claimed {
  /** Those that the file must hold from now on. */
  readonly ours: readonly string[];
  /** Those about which nobody knows yet: somebody else may be writing them this very moment. */
  readonly undecided: readonly string[];
}

/**
 * Claims records of one minute for a file, except those that are in another one. What is in neither list of the result is
 * in a log file already. (docs/decisions/0011)
 *
 * @param minute of when the events were, with their account and Region: all copies of an event meet there
 * @param file   a name that nobody else uses
 * @param exists whether a log file is there
 * @throws {Error} of the store; what was claimed then is void after a while
 */
export const claimRecords = async (options: {
  claims: AuditClaims;
  exists: (file: string) => Promise<boolean>;
  clock: () => Date;
  minute: string;
  eventIDs: readonly string[];
  file: string;
}): Promise<Claimed> => {
  const { claims, exists, clock, minute, file } = options;
  const open = new Set(options.eventIDs);
  const ours: string[] = [];
  const undecided: string[] = [];
  for (let number = 0; ; ) {
    for (const claim of await claims.of(minute, number)) {
      number = claim.number + 1;
      const common = claim.eventIDs.filter((eventID) => open.has(eventID));
      if (common.length === 0) continue;
      const isOurs = claim.file === file; // made by this very call, whose answer was lost
      const isWritten = !isOurs && (await exists(claim.file));
      const ageSeconds = (clock().getTime() - claim.at.getTime()) / 1000;
      if (!isOurs && !isWritten && ageSeconds > delivery.deadAfterSeconds) continue;
      for (const eventID of common) open.delete(eventID);
      if (isOurs) ours.push(...common);
      else if (!isWritten) undecided.push(...common);
    }
    const eventIDs = [...open];
    if (eventIDs.length === 0) return { ours, undecided };
    const made = await claims.add(minute, { number, file, at: clock(), eventIDs });
    if (made) return { ours: [...ours, ...eventIDs], undecided };
    // Somebody was first with this number: what does that claim?
  }
};
