import type { Members, Shape, TextShape } from './shapes.ts';

/** AWS's messages tell at most this many. */
const mostTold = 10;

/**
 * Judges read members by their bounds, all at once, in AWS's words.
 * @returns the message of one ValidationException, or `undefined` when all hold
 */
export const violations = (members: Members, input: Readonly<Record<string, unknown>>): string | undefined => {
  const found = structureViolations(members, input, '').slice(0, mostTold);
  if (found.length === 0) return undefined;
  return `${found.length} validation ${found.length === 1 ? 'error' : 'errors'} detected: ${found.join('; ')}`;
};

const structureViolations = (members: Members, value: Readonly<Record<string, unknown>>, path: string): string[] =>
  Object.entries(members).flatMap(([name, shape]) => {
    const memberPath = path + name.charAt(0).toLowerCase() + name.slice(1);
    if (value[name] !== undefined) return valueViolations(shape, value[name], memberPath);
    return shape.optional ? [] : [failed(memberPath, 'null', 'not be null')];
  });

const failed = (path: string, shown: string | undefined, rule: string) =>
  `Value ${shown === undefined ? '' : `${shown} `}at '${path}' failed to satisfy constraint: Member must ${rule}`;

const valueViolations = (shape: Shape, value: unknown, path: string): string[] => {
  if (Buffer.isBuffer(value) && shape.type === 'blob') return lengthViolations(shape, value.length, path, undefined);
  if (typeof value === 'number' && shape.type === 'integer') return rangeViolations(shape, value, path);
  if (typeof value === 'string' && shape.type === 'string') return textViolations(shape, value, path);
  if (Array.isArray(value) && shape.type === 'list') {
    const shown = `'[${value.map((element) => (typeof element === 'object' ? '{…}' : element)).join(', ')}]'`;
    const elements = value.flatMap((element, i) => valueViolations(shape.of, element, `${path}.${i + 1}.member`));
    return [...lengthViolations(shape, value.length, path, shown), ...elements];
  }
  if (shape.type === 'structure') {
    // A structure was read as a record by its own members.
    return structureViolations(shape.members, value as Readonly<Record<string, unknown>>, `${path}.`);
  }
  return [];
};

type Bounds = { readonly min?: number; readonly max?: number };

const rangeViolations = (shape: Bounds, value: number, path: string) => [
  ...(value < (shape.min ?? value)
    ? [failed(path, `'${value}'`, `have value greater than or equal to ${shape.min}`)]
    : []),
  ...(value > (shape.max ?? value)
    ? [failed(path, `'${value}'`, `have value less than or equal to ${shape.max}`)]
    : []),
];

const lengthViolations = (shape: Bounds, length: number, path: string, shown: string | undefined) => [
  ...(length < (shape.min ?? length) ? [failed(path, shown, `have length greater than or equal to ${shape.min}`)] : []),
  ...(length > (shape.max ?? length) ? [failed(path, shown, `have length less than or equal to ${shape.max}`)] : []),
];

const textViolations = (shape: TextShape, value: string, path: string): string[] => {
  const shown = shape.secret ? undefined : `'${value}'`;
  if (shape.values !== undefined && !shape.values.includes(value)) {
    return [failed(path, shown, `satisfy enum value set: [${shape.values.join(', ')}]`)];
  }
  const length = lengthViolations(shape, value.length, path, shown);
  if (shape.pattern === undefined || wholePattern(shape.pattern).test(value)) return length;
  return [...length, failed(path, shown, `satisfy regular expression pattern: ${shape.pattern}`)];
};

const compiled = new Map<string, RegExp>();

/** Patterns are the declarations' own, a handful: each is compiled once, anchored at both ends. */
const wholePattern = (pattern: string): RegExp => {
  const known = compiled.get(pattern) ?? new RegExp(`^(?:${pattern})$`);
  compiled.set(pattern, known);
  return known;
};
