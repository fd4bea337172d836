import type { Operation } from '../../lambdas/operation.ts';
import { readsOf, storesOf } from '../../lambdas/pipeline/uses.ts';
import { namesOf, type StoreFunctions } from '../../stores/ports.ts';

/** What fronts read: records, of which they keep copies, materials, and what authorization asks for anew each time. */
export const frontReads = {
  keys: ['get', 'material'],
  aliases: ['get', 'listByKey'],
  grants: ['get', 'listByGrantee'],
} as const satisfies StoreFunctions;

/** `keys.get` and so on. */
const namesIn = (functions: StoreFunctions): readonly string[] =>
  namesOf(functions).flatMap((store) => (functions[store] ?? []).map((name) => `${store}.${name}`));

const reads: ReadonlySet<string> = new Set(namesIn(frontReads));

export const isFrontRead = (store: string, name: string): boolean => reads.has(`${store}.${name}`);

/**
 * Whether fronts serve an operation by themselves: one that needs no more of the stores than that. All others are the
 * owner's, so that everything is written, counted and listed in one process, as it is where there is no other.
 */
export const isServedByFronts = (operation: Operation): boolean =>
  operation.uses.regions === undefined &&
  [readsOf(operation), storesOf(operation.uses)]
    .flatMap(namesIn)
    .every((name) => reads.has(name) || name === 'usage.note');
