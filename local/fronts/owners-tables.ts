import { namesOf, type StoreFunctions, type StoreName, type Sweepers } from '../../stores/ports.ts';
import type { RegionTables } from '../region-tables.ts';
import type { Link } from './link.ts';
import type { OwnerFunctions } from './messages.ts';
import { frontReads } from './served.ts';

/** The tables of the owner, as a front sees them: it reads what it may, and notes uses. */
export const ownersTables = (owner: Link<OwnerFunctions>): RegionTables => {
  const reader = (region: string, store: StoreName, names: readonly string[] = []) =>
    Object.fromEntries(
      names.map((name) => [name, (...args: unknown[]) => owner.ask('read', region, store, name, args)]),
    );
  return {
    stores(region) {
      const reads: StoreFunctions = frontReads;
      const stores = Object.fromEntries(namesOf(reads).map((store) => [store, reader(region, store, reads[store])]));
      const usage: Pick<Sweepers['usage'], 'note'> = { note: (use) => owner.ask('noteUse', region, use) };
      // No operation that a front serves declares the use of any other function: see isServedByFronts.
      return { ...stores, usage } as unknown as Sweepers;
    },
    create: (region) => owner.ask('settle', region),
    regions: async () => [],
  };
};
