import type { KeySpec, KeyUsage, Origin } from './key-specs.ts';

/** The states a record can hold. The state a caller sees is `stateAt`'s answer. */
export const keyStates = ['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport'] as const;
export type KeyState = (typeof keyStates)[number];

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
  readonly KeyState: KeyState;
  /** Only while `PendingDeletion`: from this instant on the key does not exist. */
  readonly DeletionDate?: Date | undefined;
  /** The key policy, byte for byte as it was given. */
  readonly Policy: string;
  readonly Tags: readonly Tag[];
  /** Absent until material exists (`PendingImport`). */
  readonly currentKeyMaterialId?: string | undefined;
  /** Counts the writes of this record. */
  readonly revision: number;
}

/** A version of key material: written once, never changed. `wrapped` is the format of docs/decisions/0002. */
export interface KeyMaterial {
  readonly KeyId: string;
  readonly KeyMaterialId: string;
  readonly wrapped: Uint8Array;
}

/** The state of a key by the clock: `undefined` once its deletion date has come, whatever the schedules have done. */
export const stateAt = (record: KeyRecord, now: Date): KeyState | undefined =>
  record.DeletionDate !== undefined && record.DeletionDate <= now ? undefined : record.KeyState;

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
