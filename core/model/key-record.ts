import { isMaterialMissing, type MaterialVersion } from './key-materials.ts';
import type { KeySpec, KeyUsage, Origin } from './key-specs.ts';
import type { LifecycleEvent } from './lifecycle-event.ts';
import { type Related, replicasAt } from './related-keys.ts';

/** The states a record can hold. The state a caller sees is `stateAt`'s answer. */
export type StoredState = 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingImport';

/** The states a caller can see. `Unavailable` is for custom key stores, which are not there. */
export const keyStates = [
  'Enabled',
  'Disabled',
  'PendingDeletion',
  'PendingReplicaDeletion',
  'PendingImport',
  'Creating',
  'Updating',
] as const;
export type KeyState = (typeof keyStates)[number];

/** A state that ends by itself; without `until` it lasts until a write ends it. */
export interface PassingState {
  readonly KeyState: 'Creating' | 'Updating';
  readonly until?: Date | undefined;
}

export interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

/** A key as it is stored, without its material. One item; every change is one conditional write judged by `revision`. */
export interface KeyRecord {
  readonly KeyId: string;
  readonly AccountId: string;
  readonly CreationDate: Date;
  readonly Description: string;
  readonly KeySpec: KeySpec;
  readonly KeyUsage: KeyUsage;
  readonly Origin: Origin;
  readonly MultiRegion: boolean;
  /** Who manages the key: absent for its owner, the customer. */
  readonly KeyManager?: 'AWS' | undefined;
  readonly KeyState: StoredState;
  /** Only of multi-Region keys: for the moment, in place of `KeyState`. */
  readonly passing?: PassingState | undefined;
  /** Of multi-Region keys; absent of a primary that was never replicated. */
  readonly related?: Related | undefined;
  /** Only while `PendingDeletion`, once it is known: from this instant on the key does not exist. */
  readonly DeletionDate?: Date | undefined;
  /** Of a primary whose deletion was scheduled while it had replicas: how long it waits once they are gone. */
  readonly PendingDeletionWindowInDays?: number | undefined;
  /** The key policy, byte for byte as it was given. */
  readonly Policy: string;
  readonly Tags: readonly Tag[];
  /** Absent until material exists (`PendingImport`); stays when imported material is deleted. */
  readonly currentKeyMaterialId?: string | undefined;
  /** Every version, in the order in which they were made, or imported for the first time. */
  readonly materials: readonly MaterialVersion[];
  /** Automatic rotation; absent while it is off. */
  readonly rotation?: { readonly periodDays: number; readonly next: Date } | undefined;
  /** What happened to the key and is not on record yet. */
  readonly pendingEvents?: readonly LifecycleEvent[] | undefined;
  /** Counts the writes of this record. */
  readonly revision: number;
}

/**
 * A version of key material: written once, deleted, and wrapped anew when the root key is rotated, never changed otherwise.
 * `wrapped` is the format of docs/decisions/0002.
 */
export interface KeyMaterial {
  readonly KeyId: string;
  readonly KeyMaterialId: string;
  readonly wrapped: Uint8Array;
  /** Of an item that was wrapped anew: a hash of what it was at first, by which those know it again who read it before. */
  readonly writtenAs?: string | undefined;
}

/**
 * The state of a key by the clock, whatever the schedules have done: `undefined` once its deletion date has come,
 * `PendingImport` from the second in which imported material expires.
 */
export const stateAt = (record: KeyRecord, now: Date): KeyState | undefined => {
  const { KeyState, DeletionDate, PendingDeletionWindowInDays, passing } = record;
  if (DeletionDate !== undefined && DeletionDate <= now) return undefined;
  if (KeyState === 'PendingDeletion') {
    const waits = PendingDeletionWindowInDays !== undefined && replicasAt(record, now).length > 0;
    return waits ? 'PendingReplicaDeletion' : 'PendingDeletion';
  }
  const passes = passing && (passing.until === undefined || passing.until > now) ? passing.KeyState : undefined;
  if (passes === 'Creating') return passes;
  return isMaterialMissing(record, now) ? 'PendingImport' : (passes ?? KeyState);
};

export interface AliasRecord {
  readonly AccountId: string;
  /** With its prefix `alias/`. */
  readonly AliasName: string;
  readonly TargetKeyId: string;
  readonly CreationDate: Date;
  /** When the alias was last pointed at a key. */
  readonly LastUpdatedDate: Date;
  readonly revision: number;
}
