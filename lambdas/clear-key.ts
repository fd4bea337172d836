import type { KeyRecord } from '../core/model/key-record.ts';
import type { AliasWriter, GrantWriter, KeySweeper, Page, PageRequest } from '../stores/ports.ts';

const pageLimit = 100;

/** What it takes of the stores. */
export interface Clearing {
  readonly keys: Pick<KeySweeper, 'shred'>;
  readonly aliases: Pick<AliasWriter, 'listByKey' | 'delete'>;
  readonly grants: Pick<GrantWriter, 'list' | 'delete'>;
}

/** Deletes what belongs to a key that is gone: its material first, then its grants and aliases. The record stays. */
export const clearKey = async (
  { keys, aliases, grants }: Clearing,
  { KeyId, AccountId }: Pick<KeyRecord, 'KeyId' | 'AccountId'>,
): Promise<void> => {
  await keys.shred(KeyId);
  await each((page) => grants.list(KeyId, {}, page), grants.delete);
  await each((page) => aliases.listByKey(AccountId, KeyId, page), aliases.delete);
};

const each = async <T>(list: (page: PageRequest) => Promise<Page<T>>, use: (item: T) => Promise<unknown>) => {
  let after: string | undefined;
  do {
    const { items, next } = await list({ limit: pageLimit, after });
    for (const item of items) await use(item);
    after = next;
  } while (after !== undefined);
};
