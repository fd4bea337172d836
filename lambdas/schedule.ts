import type { DueWork } from '../core/model/due-work.ts';
import type { MaterialMaker, MaterialRewrapper } from '../core/model/key.ts';
import type { KeyRecord } from '../core/model/key-record.ts';
import type { Metric } from '../core/model/metric.ts';
import type { RelatedKeys } from '../core/model/related-keys.ts';
import type { StoresOf, Uses } from './operation.ts';

/** What a pass over what is due is handed. What the schedule did not declare is not there. */
export type PassOf<U extends Uses> = Omit<Pass, 'eachDue' | 'announce'> & {
  readonly stores: StoresOf<U>;
} & ('due' extends KeysCalled<U> ? Pick<Pass, 'eachDue'> : unknown) &
  ('update' extends KeysCalled<U> ? Pick<Pass, 'announce'> : unknown) &
  (U extends { readonly material: 'make' } ? { readonly materials: MaterialMaker } : unknown) &
  (U extends { readonly material: 'rewrap' } ? { readonly materials: MaterialRewrapper } : unknown) &
  (U extends { readonly regions: 'write' } ? { readonly related: RelatedAs<U> } : unknown);

/** Who cannot read the outbox cannot make up for what is in it. */
type RelatedAs<U extends Uses> = 'outboxEntry' extends KeysCalled<U> ? KeysInStep : RelatedKeys;

type KeysCalled<U extends Uses> = NonNullable<U['keys']>[number];

/** Related keys, and how to have them agree where a call was cut off, or could not reach them. */
export interface KeysInStep extends RelatedKeys {
  /** @returns whether they do; what is left to do is in the outbox then. Without effect when they did. */
  catchUp(KeyId: string): Promise<boolean>;
}

export interface Pass {
  readonly now: Date;
  newEventId(): string;
  /**
   * Does to each key what is due; one that fails is reported, and the others go on.
   * @param act what it does is one conditional write of the record as it was read: a race is lost without harm
   * @param by when it is due at the latest, now unless said
   */
  eachDue(work: DueWork, act: (record: KeyRecord) => Promise<void>, by?: Date): Promise<void>;
  /** Runs for each item in turn, with the same care for those that fail. */
  each<T>(
    items: AsyncIterable<T> | Iterable<T>,
    nameOf: (item: T) => string,
    act: (item: T) => Promise<void>,
  ): Promise<void>;
  /** Puts on record what happened to the key, then forgets that it was to be put there. */
  announce(record: KeyRecord): Promise<void>;
  /** A number for a metric, in words too. */
  tell(message: string, metric: Metric, count: number): void;
  /** The same for something the owner should know. */
  warn(message: string, metric: Metric, count: number): void;
  /** Waits until every call that had begun before has ended. */
  settle(): Promise<void>;
}

/** Work that comes by time, without anybody asking; run twice, late or side by side it does the same. */
export interface Schedule<Name extends string = string> {
  readonly name: Name;
  readonly everyMinutes: number;
  readonly uses: Uses;
  pass(given: Pass & { readonly stores: object }): Promise<void>;
}

/** Types a schedule, as `operation` does operations. */
export const schedule = <const Name extends string, const U extends Uses>(declaration: {
  readonly name: Name;
  readonly everyMinutes: number;
  readonly uses: U;
  pass(given: PassOf<U>): Promise<void>;
}): Schedule<Name> => declaration as unknown as Schedule<Name>; // run-schedule.ts hands each what its uses say
