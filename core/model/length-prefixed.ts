/** Unsigned 32-bit big-endian, as every count and length of our formats is written. */
export const u32 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4); // all of it is written
  bytes.writeUInt32BE(value);
  return bytes;
};

/**
 * Text as UTF-8, one to one: UTF-8 has no lone surrogates, so all would become U+FFFD and different texts the same bytes.
 *
 * @throws {RangeError} on text with a lone surrogate
 */
export const utf8 = (text: string): Buffer => {
  if (typeof text !== 'string') throw new RangeError(`text: expected a string, got ${typeof text}`);
  if (!text.isWellFormed()) throw new RangeError('text: expected well-formed Unicode, got a lone surrogate');
  return Buffer.from(text);
};

/**
 * Text as UTF-8 behind its length in bytes (`u32`): a row of such texts reads in one way only.
 *
 * @throws {RangeError} on text with a lone surrogate
 */
export const lengthPrefixed = (text: string): Buffer => {
  const bytes = utf8(text);
  return Buffer.concat([u32(bytes.length), bytes]);
};
