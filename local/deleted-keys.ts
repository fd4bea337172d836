import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyRecord } from '../core/model/key-record.ts';
import type { Sweepers } from '../stores/ports.ts';
import { createFileOnce } from './files.ts';

/** The keys that were deleted on this machine, each a file of its own: a backup laid over the database brings none back. */
export interface DeletedKeys {
  has(region: string, record: KeyRecord): boolean;
  /** Whether a key of that id was ever deleted. */
  knows(region: string, KeyId: string): boolean;
  add(region: string, record: KeyRecord): Promise<void>;
}

/** A multi-Region key may come again in its Region, so the id alone does not tell. */
const nameOf = ({ KeyId, CreationDate }: KeyRecord) => `${KeyId}@${CreationDate.getTime()}`;

/** @param folder made with the first deletion; nothing is kept without it */
export const openDeletedKeys = async (folder: string | undefined): Promise<DeletedKeys> => {
  const names = new Set<string>();
  const ids = new Set<string>();
  const remember = (region: string, name: string) => {
    names.add(`${region} ${name}`);
    ids.add(`${region} ${name.split('@')[0]}`);
  };
  for (const region of folder === undefined ? [] : await namesIn(folder)) {
    for (const name of await namesIn(join(folder ?? '', region))) remember(region, name);
  }
  return {
    has: (region, record) => names.has(`${region} ${nameOf(record)}`),
    knows: (region, KeyId) => ids.has(`${region} ${KeyId}`),
    async add(region, record) {
      if (folder !== undefined) {
        await mkdir(join(folder, region), { recursive: true, mode: 0o700 });
        await createFileOnce(join(folder, region, nameOf(record)), '', 0o600);
      }
      remember(region, nameOf(record));
    },
  };
};

const namesIn = async (folder: string): Promise<string[]> => {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
};

/** The same stores, for which a key that was deleted does not exist, whatever the database says. */
export const withoutDeletedKeys = (stores: Sweepers, region: string, deleted: DeletedKeys): Sweepers => {
  const get: Sweepers['keys']['get'] = async (KeyId) => {
    const record = await stores.keys.get(KeyId);
    return record && deleted.has(region, record) ? undefined : record;
  };
  const keys: Sweepers['keys'] = {
    ...stores.keys,
    get,
    async list(AccountId, page, now) {
      const { items, next } = await stores.keys.list(AccountId, page, now);
      const there: string[] = [];
      for (const KeyId of items) if (!deleted.knows(region, KeyId) || (await get(KeyId))) there.push(KeyId);
      return { items: there, next };
    },
    async shred(KeyId) {
      const record = await stores.keys.get(KeyId);
      if (record && deleted.has(region, record)) await stores.keys.remove(record);
      await stores.keys.shred(KeyId);
    },
    async remove(record) {
      await deleted.add(region, record);
      await stores.keys.remove(record);
    },
  };
  return { ...stores, keys };
};
