import type { Writers } from './ports.ts';

/** The same stores for a dry run: they read, and answer writes as if they had happened. */
export const dryStores = ({ keys, aliases, grants, usage }: Partial<Writers>): Partial<Writers> => ({
  ...(keys && {
    keys: {
      ...keys,
      create: async () => {},
      update: async (record, change) => ({ ...record, ...change }),
      addMaterial: async () => {},
      deleteMaterial: async () => {},
      addToOutbox: async () => {},
      removeFromOutbox: async () => {},
    },
  }),
  ...(aliases && {
    aliases: {
      ...aliases,
      create: async () => true,
      update: async (alias, change) => ({ ...alias, ...change }),
      delete: async () => {},
    },
  }),
  ...(usage && { usage: { ...usage, note: async () => {} } }),
  ...(grants && { grants: { ...grants, create: async () => true, delete: async () => true } }),
});
