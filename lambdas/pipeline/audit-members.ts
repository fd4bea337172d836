import type { Members, Shape } from '../../core/model/shapes.ts';
import type { AuditFacts, Operation } from '../operation.ts';
import type { Call } from './call.ts';

/** Largest `requestParameters` and `responseElements`, in bytes of JSON. */
const largestObject = 100 * 1024;

/** As JSON, what a record shows of the input: all but bytes, secrets and what the operation hides; `null` for nothing. */
export const requestParameters = ({ operation, input, sent }: Call): string => {
  const { onlySent = [], fills } = operation.audit;
  const values = fills ? { ...input, ...filled(fills, input) } : input;
  let members = '';
  for (const { name, told, shape } of toldOf(visibleOf(operation))) {
    const value = values[name];
    if (value === undefined || (onlySent.includes(name) && sent?.has(name) !== true)) continue;
    members += `,"${told}":${JSON.stringify(asShaped(shape, value))}`;
  }
  return (members && within('requestParameters', `{${members.slice(1)}}`)) || 'null';
};

/** Worked out once for each operation. */
const visible = new WeakMap<Operation, Members>();

const visibleOf = (operation: Operation): Members => {
  const known = visible.get(operation);
  if (known) return known;
  const { hides = [] } = operation.audit;
  const members = Object.entries(operation.input).filter(([name]) => !hides.includes(name));
  const made = Object.fromEntries(members);
  visible.set(operation, made);
  return made;
};

const isShown = ({ secret, type }: Shape): boolean => !secret && type !== 'blob';

const filled = (fills: NonNullable<AuditFacts['fills']>, input: Call['input']) =>
  Object.fromEntries(
    Object.entries(fills).map(([name, { firstOf, else: otherwise }]) => {
      const source = firstOf.find((from) => input[from] !== undefined);
      return [name, source === undefined ? otherwise : input[source]];
    }),
  );

/** As JSON, what a record shows of the answer: what the operation declares. */
export const responseElements = ({ operation, keys, output }: Call): string => {
  const { response } = operation.audit;
  if (response === undefined) return 'null';
  const names = typeof response === 'string' ? [response] : response;
  const members = names.map((name): [string, unknown] =>
    name === 'key ARN' ? ['keyId', keys.key?.Arn] : [lowerFirst(name), asLogged(output?.[name])],
  );
  return within('responseElements', JSON.stringify(Object.fromEntries(members)));
};

/** Of what is too large, CloudTrail keeps that it was. */
const within = (name: string, text: string): string => {
  if (text.length <= largestObject / 3) return text; // no character has more bytes than 3
  const size = Buffer.byteLength(text);
  if (size <= largestObject) return text;
  return JSON.stringify({ reason: `${name} too large`, omitted: 'true', originalSize: `${size}` });
};

export const shown = (members: Members, values: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const found: Record<string, unknown> = {};
  for (const { name, told, shape } of toldOf(members)) {
    const value = values[name];
    if (value !== undefined) found[told] = asShaped(shape, value);
  }
  return found;
};

interface Told {
  readonly name: string;
  /** Its name in records. */
  readonly told: string;
  readonly shape: Shape;
}

/** Worked out once for each list of members. */
const toldMembers = new WeakMap<Members, readonly Told[]>();

const toldOf = (members: Members): readonly Told[] => {
  const known = toldMembers.get(members);
  if (known) return known;
  const visible = Object.entries(members).filter(([, shape]) => isShown(shape));
  const made = visible.map(([name, shape]) => ({ name, told: lowerFirst(name), shape }));
  toldMembers.set(members, made);
  return made;
};

/** The keys of a map are the caller's, and stay as they are; names of members do not. */
const asShaped = (shape: Shape, value: unknown): unknown => {
  if (shape.type === 'map') return value;
  if (shape.type === 'list' && Array.isArray(value)) return value.map((item) => asShaped(shape.of, item));
  if (shape.type === 'structure' && typeof value === 'object' && value !== null) {
    return shown(shape.members, { ...value });
  }
  return asLogged(value);
};

/** Member names begin in lower case, instants are text such as `Aug 10, 2022, 10:38:27 PM`, bytes are left out. */
export const asLogged = (value: unknown): unknown => {
  if (value instanceof Date) return loggedDate().format(value);
  if (Buffer.isBuffer(value)) return undefined;
  if (Array.isArray(value)) return value.map(asLogged);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [lowerFirst(name), asLogged(member)]));
};

/** Made when there is a date: it takes as long as 200 modules to load. */
const loggedDate = () => {
  dates ??= new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });
  return dates;
};

let dates: Intl.DateTimeFormat | undefined;

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
