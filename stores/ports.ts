import type { GrantRecord } from '../core/model/grant.ts';
import type { AliasRecord, KeyMaterial, KeyRecord } from '../core/model/key-record.ts';
import type { KeyUse } from '../core/model/key-use.ts';
import type { OutboxEntry } from '../core/model/outbox.ts';
import type { TableName } from '../core/model/tables.ts';

/** One page of a listing: at most `limit` items, those after the position `after` in the order of their names. */
export interface PageRequest {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** `next` is the position to go on from, absent at the end. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string | undefined;
}

/** Something that is stored of a key. */
export interface StoredItem {
  readonly KeyId: string;
  /** Only of key material. */
  readonly KeyMaterialId?: string | undefined;
  readonly wrapped?: Uint8Array | undefined;
}

/** Keys and their materials. Reads are strongly consistent unless said otherwise. */
export interface KeyReader {
  get(KeyId: string): Promise<KeyRecord | undefined>;
  material(KeyId: string, KeyMaterialId: string): Promise<KeyMaterial | undefined>;
  /** Ids of an account's keys, in the order of their ids, without those whose deletion date is not after `now`. Eventually consistent. */
  list(AccountId: string, page: PageRequest, now: Date): Promise<Page<string>>;
  /** How many keys of the customer's own an account has, counted no further than `upTo`, which is 1 or more. Eventually consistent. */
  count(AccountId: string, upTo: number, now: Date): Promise<number>;
}

export interface KeyWriter extends KeyReader {
  /** Material first, then the record that points to it: a crash between leaves material that nobody names. */
  create(record: KeyRecord, material: KeyMaterial | undefined): Promise<void>;
  /**
   * Replaces the record that was read, only if it is still the stored one. Material that the change points to comes
   * first, in place of the same material where it was stored already.
   * @throws {StaleRecordError} when another write came first
   */
  update(record: KeyRecord, change: Partial<KeyRecord>, material?: KeyMaterial): Promise<KeyRecord>;
  /** Material that a record will point to; left as it is where it was stored already. */
  addMaterial(material: KeyMaterial): Promise<void>;
  /**
   * Comes after the update that says so, and is read before it: what is imported again meanwhile is another item, and
   * stays; what is wrapped anew meanwhile is the same. Without effect if there is none.
   */
  deleteMaterial(material: KeyMaterial): Promise<void>;
  /** In place of the entry of that key, if there is one. */
  addToOutbox(entry: OutboxEntry): Promise<void>;
  /** Without effect when another entry has taken its place. */
  removeFromOutbox(entry: OutboxEntry): Promise<void>;
}

/** For the schedules alone. */
export interface KeySweeper extends KeyWriter {
  /** Ids of keys in one bucket of due work, what was due first first, up to and with `until`. Eventually consistent. */
  due(bucket: string, until: Date, page: PageRequest): Promise<Page<string>>;
  outboxEntry(KeyId: string): Promise<OutboxEntry | undefined>;
  /** All there is in the table, in no order but that items of one key come together. */
  scan(page: PageRequest): Promise<Page<StoredItem>>;
  /**
   * Puts the same material, wrapped anew, in place of what was read.
   * @throws {StaleRecordError} when that is no longer what is stored, or gone
   */
  replaceMaterial(material: KeyMaterial, wrapped: Uint8Array): Promise<void>;
  /** Deletes all that is stored of a key but its record, and that too when it is one that was removed before. */
  shred(KeyId: string): Promise<void>;
  /**
   * Removes the record, last of all, and leaves a marker: should the record come back from a backup, it is dead.
   * @throws {StaleRecordError} when another write came first
   */
  remove(record: KeyRecord): Promise<void>;
}

export interface AliasReader {
  get(AccountId: string, AliasName: string): Promise<AliasRecord | undefined>;
  list(AccountId: string, page: PageRequest): Promise<Page<AliasRecord>>;
  /** Eventually consistent. */
  listByKey(AccountId: string, KeyId: string, page: PageRequest): Promise<Page<AliasRecord>>;
  /** How many aliases a key has, counted no further than `upTo`, which is 1 or more. Eventually consistent. */
  countByKey(KeyId: string, upTo: number): Promise<number>;
}

export interface AliasWriter extends AliasReader {
  /** @returns whether it was made; `false` when the name is taken */
  create(alias: AliasRecord): Promise<boolean>;
  /** @throws {StaleRecordError} when another write came first */
  update(alias: AliasRecord, change: Partial<AliasRecord>): Promise<AliasRecord>;
  /** @throws {StaleRecordError} when another write came first */
  delete(alias: AliasRecord): Promise<void>;
}

/** For the schedules alone. */
export interface AliasSweeper extends AliasWriter {
  /** All aliases of all accounts, in no order. */
  scan(page: PageRequest): Promise<Page<AliasRecord>>;
}

export interface GrantReader {
  get(KeyId: string, GrantId: string): Promise<GrantRecord | undefined>;
  /** Grants on a key, all or those of one id or grantee. */
  list(
    KeyId: string,
    filter: { readonly GrantId?: string | undefined; readonly GranteePrincipal?: string | undefined },
    page: PageRequest,
  ): Promise<Page<GrantRecord>>;
  /** How many grants there are on a key, counted no further than `upTo`, which is 1 or more. Eventually consistent. */
  count(KeyId: string, upTo: number): Promise<number>;
  /** Grants on any key that the principal may retire. Eventually consistent. */
  listRetirable(RetiringPrincipal: string, page: PageRequest): Promise<Page<GrantRecord>>;
  /** Grants on one key whose grantee is exactly this principal or service. Eventually consistent. */
  listByGrantee(GranteePrincipal: string, KeyId: string): Promise<readonly GrantRecord[]>;
}

export interface GrantWriter extends GrantReader {
  /** @returns whether it was made; `false` when a grant of that id is there already */
  create(grant: GrantRecord): Promise<boolean>;
  /** @returns whether there was one */
  delete(grant: Pick<GrantRecord, 'KeyId' | 'GrantId'>): Promise<boolean>;
}

/** For the schedules alone. */
export interface GrantSweeper extends GrantWriter {
  /** All grants on all keys, in no order but that those on one key come together. */
  scan(page: PageRequest): Promise<Page<GrantRecord>>;
}

/** The last use of each key. */
export interface UsageReader {
  get(KeyId: string): Promise<KeyUse | undefined>;
}

export interface UsageWriter extends UsageReader {
  /** Keeps the use unless a later one is known. It may be written later than this resolves, or never after a crash. */
  note(use: KeyUse): Promise<void>;
}

/** For the schedules alone. */
export interface UsageSweeper extends UsageWriter {
  /** Without effect if there is none. */
  forget(KeyId: string): Promise<void>;
}

export interface Readers {
  readonly keys: KeyReader;
  readonly aliases: AliasReader;
  readonly grants: GrantReader;
  readonly usage: UsageReader;
}
export interface Writers {
  readonly keys: KeyWriter;
  readonly aliases: AliasWriter;
  readonly grants: GrantWriter;
  readonly usage: UsageWriter;
}

export interface Sweepers {
  readonly keys: KeySweeper;
  readonly aliases: AliasSweeper;
  readonly grants: GrantSweeper;
  readonly usage: UsageSweeper;
}

/** The tables that have a store. */
export type StoreName = keyof Readers & TableName;

/** What somebody is handed: functions of stores, by their names. */
export type StoreFunctions = { readonly [Store in StoreName]?: readonly (keyof Sweepers[Store])[] };

/** The stores that are named. */
export const namesOf = (functions: StoreFunctions): readonly StoreName[] => Object.keys(functions) as StoreName[]; // Object.keys forgets the type

/** A record changed between reading and writing it: the pipeline runs the call again on what is stored now. */
export class StaleRecordError extends Error {
  override readonly name = 'StaleRecordError';
}

/** Somebody's word that it puts some records into a log file. */
export interface AuditClaim {
  /** From 0, in the order in which they are made. */
  readonly number: number;
  readonly file: string;
  readonly at: Date;
  /** Ids of records, UUIDs in lower case. */
  readonly eventIDs: readonly string[];
}

/** Claims on the records of a minute of an account and Region. They never change. */
export interface AuditClaims {
  /** Those numbered `from` and above, all of them. */
  of(minute: string, from: number): Promise<readonly AuditClaim[]>;
  /** @returns whether it was made; not, where there is one of this number */
  add(minute: string, claim: AuditClaim): Promise<boolean>;
}
