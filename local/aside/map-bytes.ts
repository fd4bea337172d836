import { KeyObject } from 'node:crypto';

/** The value with all bytes in it changed, however deep; key objects stay as they are. */
export const mapBytes = (value: unknown, change: (bytes: Uint8Array) => Uint8Array): unknown => {
  if (value instanceof Uint8Array) return change(value);
  if (Array.isArray(value)) return value.map((item) => mapBytes(item, change));
  if (typeof value !== 'object' || value === null || value instanceof KeyObject) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapBytes(member, change)]));
};

/**
 * The value with bytes in memory of their own, and that memory: what is posted with its memory is handed over, so that no
 * copy stays behind, and none of what lay beside it in a pool goes along.
 */
export const withOwnBytes = (value: unknown): { readonly value: unknown; readonly memory: ArrayBuffer[] } => {
  const memory: ArrayBuffer[] = [];
  const own = (bytes: Uint8Array) => {
    const copy = Uint8Array.from(bytes);
    memory.push(copy.buffer);
    return copy;
  };
  return { value: mapBytes(value, own), memory };
};

/** The value as it was before it was posted, which makes a Uint8Array of each Buffer. */
export const withBuffers = (value: unknown): unknown =>
  mapBytes(value, ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
