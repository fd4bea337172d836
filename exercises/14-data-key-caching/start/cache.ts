// Write this. It keeps no data key yet: it asks KMS for every message.

export interface DataKey {
  /** 32 bytes, in clear. */
  readonly clear: Uint8Array;
  /** The same, as KMS encrypted it. */
  readonly wrapped: Uint8Array;
}

/** KMS, as far as it is needed here; archive.ts has it. */
export interface DataKeyService {
  /** A new data key: GenerateDataKey. */
  generate(): Promise<DataKey>;
  /** A data key in clear: Decrypt. */
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}

/** How far a data key may be used. A first message may always be sealed under it, however large that is. */
export interface Limits {
  /** So many messages at most are sealed under one data key, */
  readonly messages: number;
  /** of so many bytes in all, */
  readonly bytes: number;
  /** and it is used for so long after it was asked for. */
  readonly ageMs: number;
}

export interface DataKeys {
  /** The data key for a message of so many bytes. */
  toSeal(bytes: number): Promise<DataKey>;
  /** The data key in clear for a message that was sealed. */
  toOpen(wrapped: Uint8Array): Promise<Uint8Array>;
}

/** @param now milliseconds, as Date.now */
export const newDataKeys = (service: DataKeyService, _limits: Limits, _now: () => number): DataKeys => ({
  toSeal: () => service.generate(),
  toOpen: (wrapped) => service.unwrap(wrapped),
});
