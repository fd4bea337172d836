import type { RotationType } from './key-materials.ts';
import type { KeyRecord } from './key-record.ts';

/** What KMS does to a key by itself, for the audit. https://docs.aws.amazon.com/kms/latest/developerguide/ct-rotatekey.html */
export interface LifecycleEvent {
  readonly eventID: string;
  readonly eventName: 'RotateKey' | 'DeleteKey' | 'DeleteExpiredKeyMaterial' | 'SynchronizeMultiRegionKey';
  readonly eventTime: Date;
  /** Beyond the id of the key. */
  readonly details?: Readonly<Record<string, string>> | undefined;
}

/** An event as a change of the record: it waits there until it is on record, so that no crash can lose or invent one. */
export const withEvent = (record: KeyRecord, event: LifecycleEvent): Pick<KeyRecord, 'pendingEvents'> => ({
  pendingEvents: [...(record.pendingEvents ?? []), event],
});

export const rotationEvent = (
  record: KeyRecord,
  to: { readonly KeyMaterialId: string; readonly rotation: { readonly date: Date; readonly type: RotationType } },
  eventID: string,
): LifecycleEvent => ({
  eventID,
  eventName: 'RotateKey',
  eventTime: to.rotation.date,
  details: {
    rotationType: to.rotation.type,
    keyOrigin: record.Origin,
    ...(record.currentKeyMaterialId && { previousKeyMaterialId: record.currentKeyMaterialId }),
    currentKeyMaterialId: to.KeyMaterialId,
  },
});
