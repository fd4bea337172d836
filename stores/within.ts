import { namesOf, type StoreFunctions, type Sweepers } from './ports.ts';

/** Just the functions that are declared. */
export const storesWithin = (stores: Sweepers, declared: StoreFunctions): Partial<Sweepers> =>
  Object.fromEntries(namesOf(declared).map((name) => [name, picked(stores[name], declared[name] ?? [])]));

const picked = (store: object, functions: readonly string[]): object =>
  Object.fromEntries(Object.entries(store).filter(([name]) => functions.includes(name)));
