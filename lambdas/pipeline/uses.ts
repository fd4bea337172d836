import { grantOperations } from '../../core/model/grant.ts';
import type { Access, StoreName } from '../../stores/ports.ts';
import type { Operation, Uses } from '../operation.ts';

const isGrantable = (permission: string) => grantOperations.some((operation) => operation === permission);

/** What the pipeline reads to find the keys of an operation and to judge them, and the grants that may allow it. */
const resolving = ({ name, keys }: Operation): Uses => {
  const targets = Object.values(keys);
  if (targets.length === 0) return {};
  // The aliases of a key are asked for by conditions on kms:ResourceAliases, so wherever a key is judged.
  const aliases = targets.some(({ byAlias, permission }) => byAlias !== undefined || permission !== null);
  const byGrant = targets.some(({ permission }) => isGrantable(permission ?? name));
  return { keys: 'read', ...(aliases && { aliases: 'read' }), ...(byGrant && { grants: 'read' }) };
};

/** Whether a success is a use of its keys: it works with their material, for the usage that they have. */
export const isUse = ({ keys, uses }: Operation): boolean =>
  uses.material === 'use' && Object.values(keys).some(({ usage }) => usage !== undefined);

/** What the pipeline notes of the use of keys, and asks of it for policies. */
const tracking = (operation: Operation): Uses => {
  if (isUse(operation)) return { usage: 'write' };
  return Object.values(operation.keys).some(({ idleDays }) => idleDays) ? { usage: 'read' } : {};
};

/** All that a call of the operation touches: the pipeline's reads and the operation's own. Its function may do just this. */
export const usesOf = (operation: Operation): Uses => {
  const merged: Record<string, Access | 'use' | 'make'> = { ...resolving(operation), ...tracking(operation) };
  for (const [name, access] of Object.entries(operation.uses)) {
    if (merged[name] !== 'write') merged[name] = access;
  }
  return operation.uses.managedKeys === 'make' ? { ...merged, ...makingManagedKeys } : merged;
};

/** The alias claims a key, the key gets its first material. */
const makingManagedKeys: Uses = { keys: 'write', aliases: 'write', material: 'use' };

/** The tables among them. */
export const tablesOf = (uses: Uses): readonly (readonly [StoreName, Access])[] => {
  const { material: _, managedKeys: __, regions: ___, ...tables } = uses;
  return Object.entries(tables) as [StoreName, Access][]; // Object.entries forgets the literal names
};
