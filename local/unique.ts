import { broken, nameOf, type Path } from './check.ts';

/** A check, for a whole document, that a value has not come before. */
export const newUnique = () => {
  const places = new Map<string, Path>();
  return (value: string, path: Path): void => {
    const first = places.get(value);
    if (first !== undefined) broken(path, `must be unique, but is the same as ${nameOf(first)}`);
    places.set(value, path);
  };
};
