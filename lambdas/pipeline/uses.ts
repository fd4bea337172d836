import { grantOperations } from '../../core/model/grant.ts';
import type { StoreFunctions, StoreName } from '../../stores/ports.ts';
import type { Operation, Uses } from '../operation.ts';
import type { Schedule } from '../schedule.ts';

const isGrantable = (permission: string) => grantOperations.some((operation) => operation === permission);

/** How a runtime judges. */
type Judging = { readonly judgedBefore?: boolean };

/** What the pipeline reads to find the keys of an operation and to judge them, and the grants that may allow it. */
const resolving = ({ name, keys }: Operation, { judgedBefore = false }: Judging): StoreFunctions => {
  const targets = Object.values(keys);
  const judged = targets.filter(({ permission }) => permission !== null);
  const ofGrants = judged.filter(({ permission, byGrant }) => !byGrant && isGrantable(permission ?? name));
  return {
    keys: when(targets, 'get'),
    aliases: [
      ...when(
        targets.filter(({ byAlias }) => byAlias),
        'get',
      ),
      ...when(judgedBefore ? [] : judged, 'listByKey'), // for conditions on kms:ResourceAliases
    ],
    grants: [
      ...when(
        targets.filter(({ byGrant }) => byGrant),
        'get',
      ),
      ...when(ofGrants, 'get', 'listByGrantee'),
    ],
  };
};

const when = <const Name extends string>(targets: readonly unknown[], ...names: readonly Name[]): readonly Name[] =>
  targets.length > 0 ? names : [];

/** Whether a success is a use of its keys: it works with their material, for the usage that they have. */
export const isUse = ({ keys, uses }: Operation): boolean =>
  uses.material === 'use' && Object.values(keys).some(({ usage }) => usage !== undefined);

/** What the pipeline notes of the use of keys, and asks of it for policies. */
const tracking = (operation: Operation): StoreFunctions => {
  const isAsked = Object.values(operation.keys).some(({ idleDays }) => idleDays);
  return { usage: [...(isUse(operation) ? (['note'] as const) : []), ...(isAsked ? (['get'] as const) : [])] };
};

/** What the keyring reads for the keys that it hands out. */
const loading = ({ keys, uses }: Operation): StoreFunctions =>
  uses.material === 'use' && Object.keys(keys).length > 0 ? { keys: ['material'] } : {};

/** What it takes at home to keep related keys in step; a call that was cut off is made up for by any that comes next. */
export const relating: StoreFunctions = {
  keys: ['get', 'material', 'update', 'addMaterial', 'deleteMaterial', 'addToOutbox', 'removeFromOutbox'],
};

/** And in the other Regions. */
export const elsewhere: Readonly<Record<NonNullable<Uses['regions']>, StoreFunctions>> = {
  write: { keys: ['get', 'material', 'update', 'addMaterial', 'deleteMaterial'] },
  // A replica counts there, and may come in place of one that is gone, and of what that left.
  make: {
    keys: ['get', 'material', 'update', 'addMaterial', 'deleteMaterial', 'create', 'count', 'shred'],
    aliases: ['listByKey', 'delete'],
    grants: ['list', 'delete'],
  },
};

/** The alias claims a key, the key gets its first material. */
const makingManagedKeys = {
  keys: ['get', 'create', 'deleteMaterial'],
  aliases: ['get', 'create'],
} as const satisfies StoreFunctions;

/** What the pipeline itself calls. */
export const readsOf = (operation: Operation, judging: Judging = {}): StoreFunctions =>
  merged([resolving(operation, judging), tracking(operation), loading(operation)]);

/** All that a call of the operation touches: the pipeline's reads and the operation's own. Its function may do just this. */
export const usesOf = (operation: Operation, judging: Judging = {}): Uses => {
  const { uses } = operation;
  const makes = uses.managedKeys === 'make';
  const all: readonly StoreFunctions[] = [
    readsOf(operation, judging),
    uses,
    uses.regions ? relating : {},
    makes ? makingManagedKeys : {},
  ];
  const material = uses.material ?? (makes ? 'make' : undefined);
  const { keys: _, aliases: __, grants: ___, usage: ____, ...kinds } = uses;
  return { ...merged(all), ...kinds, ...(material && { material }) };
};

/** The same for a schedule, for which no pipeline reads. */
export const usesOfSchedule = ({ uses }: Pick<Schedule, 'uses'>): Uses => ({
  ...uses,
  ...merged([uses, uses.regions ? relating : {}]),
});

/** The stores among them. */
export const storesOf = ({ material: _, managedKeys: __, regions: ___, ...stores }: Uses): StoreFunctions => stores;

/** Each function once, in their order; stores without any are left out. */
const merged = (all: readonly StoreFunctions[]): StoreFunctions => {
  const functions = new Map<StoreName, Set<string>>();
  for (const each of all) {
    for (const [store, names] of Object.entries(storesOf(each)) as [StoreName, string[]][]) {
      // Object.entries forgets the literal names
      functions.set(store, new Set([...(functions.get(store) ?? []), ...names]));
    }
  }
  const found = [...functions].filter(([, names]) => names.size > 0);
  return Object.fromEntries(found.map(([store, names]) => [store, [...names]])); // of the names they came with
};
