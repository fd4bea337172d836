import type { Members, Shape } from '../../core/model/shapes.ts';
import type { Call } from './call.ts';

/** Largest `requestParameters` and `responseElements`, in bytes of JSON. */
const largestObject = 100 * 1024;

/** What a record shows of the input: all but bytes, secrets and what the operation hides; `null` for nothing. */
export const requestParameters = ({ operation, input, sent }: Call): Record<string, unknown> | null => {
  const { hides = [], onlySent = [], fills = {} } = operation.audit;
  const isShown = (name: string) => !hides.includes(name) && (!onlySent.includes(name) || sent?.has(name) === true);
  const members = Object.fromEntries(Object.entries(operation.input).filter(([name]) => isShown(name)));
  const filled = Object.entries(fills).map(([name, { firstOf, else: otherwise }]) => {
    const source = firstOf.find((from) => input[from] !== undefined);
    return [name, source === undefined ? otherwise : input[source]];
  });
  const parameters = shown(members, { ...input, ...Object.fromEntries(filled) });
  return Object.keys(parameters).length === 0 ? null : within('requestParameters', parameters);
};

/** What a record shows of the answer: what the operation declares. */
export const responseElements = ({ operation, keys, output }: Call): Record<string, unknown> | null => {
  const { response } = operation.audit;
  if (response === undefined) return null;
  const names = typeof response === 'string' ? [response] : response;
  const members = names.map((name): [string, unknown] =>
    name === 'key ARN' ? ['keyId', keys.key?.Arn] : [lowerFirst(name), asLogged(output?.[name])],
  );
  return within('responseElements', Object.fromEntries(members));
};

/** Of what is too large, CloudTrail keeps that it was. */
const within = (name: string, members: Record<string, unknown>): Record<string, unknown> => {
  const size = Buffer.byteLength(JSON.stringify(members));
  return size <= largestObject ? members : { reason: `${name} too large`, omitted: 'true', originalSize: `${size}` };
};

export const shown = (members: Members, values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(members).flatMap(([name, shape]) => {
      const value = values[name];
      if (value === undefined || shape.secret || shape.type === 'blob') return [];
      return [[lowerFirst(name), asShaped(shape, value)]];
    }),
  );

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
  if (value instanceof Date) return loggedDate.format(value);
  if (Buffer.isBuffer(value)) return undefined;
  if (Array.isArray(value)) return value.map(asLogged);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [lowerFirst(name), asLogged(member)]));
};

const loggedDate = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
