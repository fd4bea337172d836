import type { Item } from '../../stores/dynamo/documents.ts';

/** A value as DynamoDB's JSON has it: named after its type, numbers as text, bytes in base64. Of sets we have none. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Attributes };

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** What is undefined is left out. @throws {TypeError} on what DynamoDB has no type for, and numbers that may be wrong */
export const toAttributes = (item: object): Attributes => {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(item)) if (value !== undefined) attributes[name] = toAttribute(value);
  return attributes;
};

const toAttribute = (value: unknown): AttributeValue => {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { L: value.filter((each) => each !== undefined).map(toAttribute) };
  if (isPlainObject(value)) return { M: toAttributes(value) };
  throw new TypeError(`DynamoDB has no type for a ${typeof value}`);
};

const isPlainObject = (value: unknown): value is object =>
  typeof value === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(value));

export const fromAttributes = (attributes: Attributes): Item => {
  const item: Item = {};
  for (const [name, value] of Object.entries(attributes)) item[name] = fromAttribute(value);
  return item;
};

const fromAttribute = (value: AttributeValue): unknown => {
  if ('S' in value) return value.S;
  if ('N' in value) return Number(value.N);
  if ('BOOL' in value) return value.BOOL;
  if ('NULL' in value) return null;
  if ('B' in value) return bytesOf(value.B);
  if ('L' in value) return value.L.map(fromAttribute);
  return fromAttributes(value.M);
};

/** No Buffer, as the SDK gives none. */
const bytesOf = (base64: string): Uint8Array => {
  const { buffer, byteOffset, length } = Buffer.from(base64, 'base64');
  return new Uint8Array(buffer, byteOffset, length);
};
