import type { Page, PageRequest } from '../../stores/ports.ts';

const pageLimit = 500;

/** Everything that a listing has, page by page. */
export const allPages = async function* <T>(list: (page: PageRequest) => Promise<Page<T>>): AsyncGenerator<T> {
  let after: string | undefined;
  do {
    const { items, next } = await list({ limit: pageLimit, after });
    yield* items;
    after = next;
  } while (after !== undefined);
};
