import type { RecordCaches } from '../../stores/cached.ts';
import type { Held } from './messages.ts';

/** What the owner has a front hold: records that are being written, and all calls while shared facts change. */
export interface Holds {
  hold(number: number, what: Held): void;
  release(number: number): void;
  /** The caches of a Region, in which nothing is kept of what is held. */
  caches(region: string, caches: RecordCaches): RecordCaches;
  /** Resolves once calls may begin; undefined while they may. */
  callsHeld(): Promise<void> | undefined;
}

interface Hold {
  readonly what: Held;
  readonly released: Promise<void>;
  release(): void;
}

export const newHolds = (held: ReadonlyMap<number, Held> = new Map()): Holds => {
  const holds = new Map<number, Hold>();
  /** Of Regions in which something was read: strangers cannot fill it with names. */
  const inUse = new Map<string, RecordCaches>();
  let ofCalls = 0;

  /** As a write of this process would: the copy is dropped, and none is kept until it is done. */
  const keepOut = (caches: RecordCaches, { what, released }: Hold): void => {
    if (what !== 'calls') void caches[what.store].write(what.id, () => released);
  };

  const hold: Holds['hold'] = (number, what) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const one: Hold = { what, released: promise, release: resolve };
    holds.set(number, one);
    if (what === 'calls') ofCalls += 1;
    const caches = what !== 'calls' && inUse.get(what.region);
    if (caches) keepOut(caches, one);
  };
  for (const [number, what] of held) hold(number, what);

  const use = (region: string, caches: RecordCaches): void => {
    if (inUse.has(region)) return;
    inUse.set(region, caches);
    for (const one of holds.values()) if (one.what !== 'calls' && one.what.region === region) keepOut(caches, one);
  };

  const allReleased = async (): Promise<void> => {
    while (ofCalls > 0) {
      await Promise.all([...holds.values()].map(({ what, released }) => (what === 'calls' ? released : undefined)));
    }
  };

  return {
    hold,
    release(number) {
      const one = holds.get(number);
      if (one === undefined) return;
      holds.delete(number);
      if (one.what === 'calls') ofCalls -= 1;
      one.release();
    },
    caches: (region, { keys, aliases }) => {
      const caches: RecordCaches = {
        keys: {
          ...keys,
          read(id, fetch) {
            use(region, caches);
            return keys.read(id, fetch);
          },
        },
        aliases: {
          ...aliases,
          read(id, fetch) {
            use(region, caches);
            return aliases.read(id, fetch);
          },
        },
      };
      return caches;
    },
    callsHeld: () => (ofCalls > 0 ? allReleased() : undefined),
  };
};
