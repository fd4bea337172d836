import { entriesOf } from './entries.ts';
import type { Members, Shape, TextShape } from './shapes.ts';

/** AWS's messages tell at most this many. */
const mostTold = 10;

/**
 * Judges read members by their bounds, all at once, in AWS's words.
 * @returns the message of one ValidationException, or `undefined` when all hold
 */
export const violations = (members: Members, input: Readonly<Record<string, unknown>>): string | undefined => {
  const all = structureViolations(members, input, '');
  if (all.length === 0) return undefined;
  const found = all.slice(0, mostTold);
  return `${found.length} validation ${found.length === 1 ? 'error' : 'errors'} detected: ${found.join('; ')}`;
};

const structureViolations = (
  members: Members,
  value: Readonly<Record<string, unknown>>,
  path: string,
): readonly string[] => {
  const found: string[] = [];
  for (const [name, shape] of entriesOf(members)) {
    const given = value[name];
    if (given === undefined && shape.optional) continue;
    const memberPath = path + name.charAt(0).toLowerCase() + name.slice(1);
    if (given !== undefined) found.push(...valueViolations(shape, given, memberPath));
    else found.push(failed(memberPath, shape.secret ? undefined : 'null', 'not be null'));
  }
  return found;
};

const failed = (path: string, shown: string | undefined, rule: string) =>
  `Value ${shown === undefined ? '' : `${shown} `}at '${path}' failed to satisfy constraint: Member must ${rule}`;

const valueViolations = (shape: Shape, value: unknown, path: string): readonly string[] => {
  if (Buffer.isBuffer(value) && shape.type === 'blob') return lengthViolations(shape, value.length, path, undefined);
  if (typeof value === 'number' && shape.type === 'integer') return rangeViolations(shape, value, path);
  if (typeof value === 'string' && shape.type === 'string') return textViolations(shape, value, path);
  if (Array.isArray(value) && shape.type === 'list') {
    const shown = `'[${value.map((element) => (typeof element === 'object' ? '{…}' : element)).join(', ')}]'`;
    return [...lengthViolations(shape, value.length, path, shown), ...elementViolations(shape.of, value, path, shown)];
  }
  if (shape.type === 'structure') {
    // A structure was read as a record by its own members.
    return structureViolations(shape.members, value as Readonly<Record<string, unknown>>, `${path}.`);
  }
  return none;
};

/** Structures in a list are told one by one; texts all at once, with everything that each of them must be. */
const elementViolations = (of: Shape, elements: readonly unknown[], path: string, shown: string): readonly string[] => {
  const found = elements.flatMap((element, i) => valueViolations(of, element, `${path}.${i + 1}.member`));
  if (of.type !== 'string' || found.length === 0) return found;
  return [
    failed(
      path,
      shown,
      `satisfy constraint: [${textRules(of)
        .map((rule) => `Member must ${rule}`)
        .join(', ')}]`,
    ),
  ];
};

const textRules = ({ values, told = values, min, max, pattern }: TextShape): readonly string[] => [
  ...(told === undefined ? [] : [enumRule(told)]),
  ...(max === undefined ? [] : [maxRule(max)]),
  ...(min === undefined ? [] : [minRule(min)]),
  ...(pattern === undefined ? [] : [patternRule(pattern)]),
];

const enumRule = (values: readonly string[]) => `satisfy enum value set: [${values.join(', ')}]`;
const minRule = (min: number) => `have length greater than or equal to ${min}`;
const maxRule = (max: number) => `have length less than or equal to ${max}`;
const patternRule = (pattern: string) => `satisfy regular expression pattern: ${pattern}`;

type Bounds = { readonly min?: number; readonly max?: number };

const rangeViolations = (shape: Bounds, value: number, path: string) => [
  ...(value < (shape.min ?? value)
    ? [failed(path, `'${value}'`, `have value greater than or equal to ${shape.min}`)]
    : []),
  ...(value > (shape.max ?? value)
    ? [failed(path, `'${value}'`, `have value less than or equal to ${shape.max}`)]
    : []),
];

const none: readonly string[] = [];

const lengthViolations = (
  { min = 0, max }: Bounds,
  length: number,
  path: string,
  shown: string | undefined,
): readonly string[] => {
  if (length < min) return [failed(path, shown, minRule(min))];
  return max !== undefined && length > max ? [failed(path, shown, maxRule(max))] : none;
};

const textViolations = (shape: TextShape, value: string, path: string): readonly string[] => {
  const shown = shape.secret ? undefined : `'${value}'`;
  if (shape.values !== undefined && !shape.values.includes(value)) {
    return [failed(path, shown, enumRule(shape.told ?? shape.values))];
  }
  const length = lengthViolations(shape, value.length, path, shown);
  if (shape.pattern === undefined || wholePattern(shape.pattern).test(value)) return length;
  return [...length, failed(path, shown, patternRule(shape.pattern))];
};

const compiled = new Map<string, RegExp>();

/** Patterns are the declarations' own, a handful: each is compiled once, anchored at both ends. */
const wholePattern = (pattern: string): RegExp => {
  const known = compiled.get(pattern) ?? new RegExp(`^(?:${pattern})$`, 'u');
  compiled.set(pattern, known);
  return known;
};
