import { entriesOf } from './entries.ts';
import { KmsError } from './errors.ts';
import type { Members, Shape, TextMap } from './shapes.ts';

/**
 * Turns the JSON of a request into the values of its shapes: blobs decoded, defaults filled in, unknown members dropped.
 * `null` counts as absent, as in AWS's JSON protocols, and so does a map without pairs, which says no more. Bounds are judged afterwards, by `violations`.
 *
 * @throws {KmsError} SerializationException where the JSON type cannot be what the shape says
 */
export const readMembers = (members: Members, json: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const input: Record<string, unknown> = {};
  for (const [name, shape] of entriesOf(members)) {
    const value = Object.hasOwn(json, name) ? json[name] : undefined;
    const read = value === undefined || value === null ? undefined : readValue(shape, value);
    if (read !== undefined) input[name] = read;
    else if ('default' in shape) input[name] = shape.default;
  }
  return input;
};

const typeNames = {
  string: 'a String',
  blob: 'a Blob',
  integer: 'an Integer',
  boolean: 'a Boolean',
  timestamp: 'a Timestamp',
} as const;

/** Never with the value, which may be a secret. */
const mismatch = (shape: Shape, value: unknown) =>
  new KmsError('SerializationException', mismatchText(shape.type, value));

const mismatchText = (wanted: Shape['type'], value: unknown): string => {
  if (Array.isArray(value)) return 'Start of list found where not expected';
  if (typeof value === 'object' && value !== null) return 'Start of structure or map found where not expected.';
  if (wanted === 'list' || wanted === 'map') return `Expected ${wanted} or null`;
  if (wanted === 'structure') return 'Expected null';
  const kind = typeof value === 'boolean' ? String(value) : value === null ? 'null' : typeof value;
  return `${kind.toUpperCase()}_VALUE can not be converted to ${typeNames[wanted]}`;
};

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const readValue = (shape: Shape, value: unknown): unknown => {
  switch (shape.type) {
    case 'string':
      if (typeof value !== 'string') throw mismatch(shape, value);
      return wellFormed(value);
    case 'blob':
      if (typeof value !== 'string') throw mismatch(shape, value);
      return readBase64(value);
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value) || value !== (value | 0)) throw mismatch(shape, value);
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw mismatch(shape, value);
      return value;
    case 'timestamp':
      if (typeof value !== 'number') throw mismatch(shape, value);
      return readInstant(shape, value);
    case 'list':
      if (!Array.isArray(value)) throw mismatch(shape, value);
      return value.map((element: unknown) => readValue(shape.of, element));
    case 'map':
      if (!isObject(value)) throw mismatch(shape, value);
      return readTextMap(shape, value);
    case 'structure':
      if (!isObject(value)) throw mismatch(shape, value);
      return readMembers(shape.members, value);
  }
};

/** Seconds since the epoch. A number that is no instant cannot be converted to one. */
const readInstant = (shape: Shape, seconds: number): Date => {
  const instant = new Date(Math.round(seconds * 1000));
  if (Number.isNaN(instant.getTime())) throw mismatch(shape, seconds);
  return instant;
};

/** A lone surrogate has no UTF-8 form: two contexts that differ only there would be bound alike. */
const wellFormed = (text: string): string => {
  if (!text.isWellFormed()) throw new KmsError('SerializationException', 'A String holds an unpaired surrogate');
  return text;
};

/** Numbers and booleans count as the strings they are written as, as AWS takes them. */
const readTextMap = (shape: Shape, json: Record<string, unknown>): TextMap | undefined => {
  const pairs = Object.entries(json).map(([key, value]) => {
    if (typeof value === 'object') throw mismatch(shape, value);
    return [wellFormed(key), wellFormed(String(value))] as const;
  });
  // fromEntries defines properties, so that a pair named __proto__ stays a pair.
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
};

const base64Pattern = /^[A-Za-z0-9+/]*={0,2}$/;

const readBase64 = (text: string): Buffer => {
  // Node's decoder skips what it does not know; a blob that was mangled on the way must not decode to something else.
  if (text.length % 4 !== 0 || !base64Pattern.test(text)) {
    throw new KmsError('SerializationException', 'A Blob must be base64 with padding');
  }
  return Buffer.from(text, 'base64');
};
