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

interface Entry<Key> {
  readonly key: Promise<Key>;
  readonly until: number;
  messages: number;
  bytes: number;
}

/** @param now milliseconds, as Date.now */
export const newDataKeys = (service: DataKeyService, limits: Limits, now: () => number): DataKeys => {
  const newEntry = <Key>(key: Promise<Key>): Entry<Key> => ({
    key,
    until: now() + limits.ageMs,
    messages: 0,
    bytes: 0,
  });
  const fits = (entry: Entry<DataKey>, bytes: number): boolean =>
    now() < entry.until && entry.messages < limits.messages && entry.bytes + bytes <= limits.bytes;

  let sealing: Entry<DataKey> | undefined;
  const opening = new Map<string, Entry<Uint8Array>>();
  return {
    toSeal(bytes) {
      if (sealing === undefined || !fits(sealing, bytes)) {
        const entry = newEntry(service.generate());
        sealing = entry;
        entry.key.catch(() => {
          if (sealing === entry) sealing = undefined;
        });
      }
      sealing.messages += 1;
      sealing.bytes += bytes;
      return sealing.key;
    },
    toOpen(wrapped) {
      const name = Buffer.from(wrapped).toString('base64');
      for (const [other, { until }] of opening) if (now() >= until) opening.delete(other);
      const entry = opening.get(name) ?? newEntry(service.unwrap(wrapped));
      opening.set(name, entry);
      entry.key.catch(() => opening.delete(name));
      return entry.key;
    },
  };
};
