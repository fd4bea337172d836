import type { Access, StoreName } from '../../stores/ports.ts';
import type { Operation, Uses } from '../operation.ts';

/** What the pipeline reads to find the keys of an operation. */
const resolving = ({ keys }: Operation): Uses => {
  const targets = Object.values(keys);
  if (targets.length === 0) return {};
  return targets.some(({ byAlias }) => byAlias) ? { keys: 'read', aliases: 'read' } : { keys: 'read' };
};

/** All that a call of the operation touches: the pipeline's reads and the operation's own. Its function may do just this. */
export const usesOf = (operation: Operation): Uses => {
  const merged: Record<string, Access | 'use'> = { ...resolving(operation) };
  for (const [name, access] of Object.entries(operation.uses)) {
    if (merged[name] !== 'write') merged[name] = access;
  }
  return merged;
};

/** The tables among them. */
export const tablesOf = (uses: Uses): readonly (readonly [StoreName, Access])[] => {
  const { material: _, ...tables } = uses;
  return Object.entries(tables) as [StoreName, Access][]; // Object.entries forgets the literal names
};
