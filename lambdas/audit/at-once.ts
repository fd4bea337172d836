/** Does something with each item, with so many at a time. @throws what `act` throws first; the others go on till then */
export const atOnce = async <T>(limit: number, items: Iterable<T>, act: (item: T) => Promise<void>): Promise<void> => {
  const queue = [...items].values(); // all workers take from it
  const work = async () => {
    for (const item of queue) await act(item);
  };
  await Promise.all(Array.from({ length: limit }, work));
};
