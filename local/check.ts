/** Checks of documents parsed from JSON or YAML: the value, or the faults that are in it. */

/** Where something stands in a document, from the top. */
export type Path = readonly (string | number)[];

/** `problem` goes on where the name of the place ends, and never holds a value from the document. */
export interface Fault {
  readonly path: Path;
  readonly problem: string;
}

/** Takes a value and its place, and throws the faults that it finds. */
export type Check<T> = (value: unknown, path: Path) => T;

/** One fault or more. */
export class FaultyError extends Error {
  override readonly name = 'FaultyError';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map(sentence).join('\n'));
    this.faults = faults;
  }
}

/** `accounts[0].users[1].name` */
export const nameOf = (path: Path): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '') || 'the document';

export const sentence = ({ path, problem }: Fault): string => `${nameOf(path)} ${problem}`;

export const broken = (path: Path, problem: string): never => {
  throw new FaultyError([{ path, problem }]);
};

/** Collects the faults of several checks, so that all are told at once. */
export const newFaults = () => {
  const faults: Fault[] = [];
  return {
    /** @returns what `check` returns, or undefined where it found faults, which `end` then throws */
    collect<T>(check: () => T): T | undefined {
      try {
        return check();
      } catch (error) {
        if (!(error instanceof FaultyError)) throw error;
        faults.push(...error.faults);
        return undefined;
      }
    },
    /** @throws {FaultyError} if there are any */
    end(): void {
      if (faults.length > 0) throw new FaultyError(faults);
    },
  };
};

export const text =
  (pattern: RegExp, description: string): Check<string> =>
  (value, path) =>
    typeof value === 'string' && pattern.test(value) ? value : broken(path, `must be ${description}${unquoted(value)}`);

/** What YAML takes for a number, or true and false, may have been meant as text. */
const unquoted = (value: unknown): string =>
  typeof value === 'number' || typeof value === 'boolean' ? ', in quotes' : '';

export const list =
  <T>(item: Check<T>): Check<readonly T[]> =>
  (value, path) => {
    if (!Array.isArray(value)) return broken(path, 'must be an array');
    const faults = newFaults();
    const checked = value.map((each, i) => faults.collect(() => item(each, [...path, i])));
    faults.end();
    return checked as T[]; // no item had a fault
  };

export const withDefault =
  <T>(check: Check<T>, fallback: T): Check<T> =>
  (value, path) =>
    value === undefined ? fallback : check(value, path);

export const optional =
  <T>(check: Check<T>): Check<T | undefined> =>
  (value, path) =>
    value === undefined ? undefined : check(value, path);

type Members<T> = { readonly [Name in keyof T]: Check<T[Name]> };

/** An object of these members and no others: a misspelt `boundary` must not grant what it was to forbid. */
export const object =
  <T extends object>(members: Members<T>): Check<T> =>
  (value, path) => {
    const given = plainObject(value, path);
    const faults = newFaults();
    for (const name of Object.keys(given)) {
      if (!Object.hasOwn(members, name)) faults.collect(() => unknownMember(path, name, Object.keys(members)));
    }
    const checked: Partial<T> = {};
    for (const name in members) {
      const found = faults.collect(() => members[name](given[name], [...path, name]));
      if (found !== undefined) checked[name] = found;
    }
    faults.end();
    return checked as T; // every member was checked just now
  };

/** A name that is no word may be a secret that slipped out of its place. */
const unknownMember = (path: Path, name: string, known: readonly string[]): never => {
  const problem = `is not known here; known: ${known.join(', ')}`;
  return /^[A-Za-z]{1,30}$/.test(name)
    ? broken([...path, name], problem)
    : broken(path, `has a member that ${problem}`);
};

export const plainObject: Check<Readonly<Record<string, unknown>>> = (value, path) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>) // JSON objects have string keys only
    : broken(path, value === undefined ? 'is missing' : 'must be an object');

export const flag: Check<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : broken(path, 'must be true or false');

const isoInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;
export const instant: Check<Date> = (value, path) => {
  const iso = text(isoInstant, 'an instant like 2027-01-01T00:00:00Z')(value, path);
  const instant = new Date(iso);
  if (Number.isNaN(instant.getTime())) broken(path, 'must be an instant that exists');
  // Date takes 30 February for 2 March
  const day = iso.slice(0, 10);
  if (!new Date(day).toISOString().startsWith(day)) broken(path, 'must be a day that exists');
  return instant;
};

export const accountId = text(/^\d{12}$/, 'a string of 12 digits');
