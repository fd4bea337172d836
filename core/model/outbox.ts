/**
 * A key whose related keys in other Regions are to hear of a change: the entry is there from before the change is made
 * until they have. It does not say what changed: `inStep` finds that, so one entry a key is enough, and no order is lost.
 */
export interface OutboxEntry {
  readonly KeyId: string;
  /** Tells the entry from a later one, which takes its place. */
  readonly token: string;
  /** From this instant on others do what is left: the call that wrote the entry has ended. */
  readonly due: Date;
}

/** Longer than any call takes. */
const graceSeconds = 60;

/** @param token anything that no other entry has */
export const newOutboxEntry = (KeyId: string, token: string, now: Date): OutboxEntry => ({
  KeyId,
  token,
  due: new Date(now.getTime() + graceSeconds * 1000),
});
