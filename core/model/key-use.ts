/** A successful cryptographic operation with a key. */
export interface KeyUse {
  readonly KeyId: string;
  readonly Operation: string;
  readonly Timestamp: Date;
  /** `eventID` of its audit record. */
  readonly CloudTrailEventId: string;
  readonly KmsRequestId: string;
}

/** The later of two uses of a key, either of which there may not be. */
export const laterUse = (a: KeyUse | undefined, b: KeyUse | undefined): KeyUse | undefined =>
  a === undefined || (b !== undefined && b.Timestamp >= a.Timestamp) ? b : a;
