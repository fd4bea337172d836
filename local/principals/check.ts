import { PrincipalsError } from './principals-error.ts';

/** Checks of parsed JSON. Each takes a value and its place in the document, and throws a PrincipalsError naming it. */
export type Check<T> = (value: unknown, place: string) => T;

export const broken = (place: string, problem: string): never => {
  throw new PrincipalsError(`${place} ${problem}`);
};

export const text =
  (pattern: RegExp, description: string): Check<string> =>
  (value, place) =>
    typeof value === 'string' && pattern.test(value) ? value : broken(place, `must be ${description}`);

export const list =
  <T>(item: Check<T>): Check<readonly T[]> =>
  (value, place) =>
    Array.isArray(value) ? value.map((each, i) => item(each, `${place}[${i}]`)) : broken(place, 'must be an array');

export const withDefault =
  <T>(check: Check<T>, fallback: T): Check<T> =>
  (value, place) =>
    value === undefined ? fallback : check(value, place);

export const optional =
  <T>(check: Check<T>): Check<T | undefined> =>
  (value, place) =>
    value === undefined ? undefined : check(value, place);

type Members<T> = { readonly [Name in keyof T]: Check<T[Name]> };

/** An object of these members and no others: a misspelt `boundary` must not grant what it was to forbid. */
export const object =
  <T extends object>(members: Members<T>): Check<T> =>
  (value, place) => {
    const given = plainObject(value, place);
    for (const name of Object.keys(given)) {
      if (!Object.hasOwn(members, name))
        broken(join(place, name), `is not known here; known: ${Object.keys(members).join(', ')}`);
    }
    const checked: Partial<T> = {};
    for (const name in members) checked[name] = members[name](given[name], join(place, name));
    return checked as T; // every member was checked just now
  };

export const plainObject: Check<Readonly<Record<string, unknown>>> = (value, place) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>) // JSON objects have string keys only
    : broken(place || 'the document', value === undefined ? 'is missing' : 'must be an object');

const join = (place: string, name: string): string => (place === '' ? name : `${place}.${name}`);
