/**
 * The id of a new key: a version 4 UUID (RFC 9562 §5.4), or `mrk-` and 32 hex digits for a multi-Region key.
 * @param bytes 16 random ones
 */
export const newKeyId = (bytes: Uint8Array, MultiRegion: boolean): string => {
  const hex = Buffer.from(bytes).toString('hex');
  if (MultiRegion) return `mrk-${hex}`;
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  const fields = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20),
  ];
  return fields.join('-');
};

/** By its id alone it can be told of a key that it may have replicas. */
export const isMultiRegionId = (KeyId: string): boolean => KeyId.startsWith('mrk-');
