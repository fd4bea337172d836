import { setTimeout as pause } from 'node:timers/promises';
import type { LogEntry } from '../../lambdas/pipeline/ports.ts';
import type { RecordCache } from '../../stores/cache.ts';
import { newRecordCaches } from '../../stores/cached.ts';
import type { SharedByProcesses } from '../regions.ts';
import type { Link } from './link.ts';
import type { FrontFunctions, Held, SharedFacts } from './messages.ts';

/** A process beside the owner of the data folder, that answers calls. */
export interface Front {
  readonly pid: number;
  readonly link: Link<FrontFunctions>;
  /** Resolves once the process has ended: it holds nothing any more, and answers nobody. */
  readonly gone: Promise<void>;
  /** Ends it by force. */
  kill(): void;
}

/** The owner's side of its fronts: what all of them must have heard of before it counts. */
export interface Fronts extends SharedByProcesses {
  /** Changes shared facts: no front begins a call from before the change until it knows them. */
  changeFacts<T>(act: () => Promise<T>): Promise<T>;
  /** Says what the shared facts are; before that no front may join. */
  factsFrom(read: () => SharedFacts): void;
  facts(): SharedFacts;
  /** From now on the front is waited for. @returns what is being changed at this moment */
  join(front: Front): ReadonlyMap<number, Held>;
  leave(front: Front): void;
  /** Ends fronts that hang, be there nothing to write for which they would be waited for. */
  lookAfter(): Promise<void>;
}

/**
 * @param patienceSeconds a front that does not answer for so long is ended: it hangs, and with it all that is written
 */
export const newFronts = (log: (entry: LogEntry) => void, patienceSeconds = 10): Fronts => {
  const joined = new Set<Front>();
  const held = new Map<number, Held>();
  let last = 0;
  let facts = (): SharedFacts => {
    throw new Error('nobody has said yet what the shared facts are');
  };

  /** In slices: when the whole machine was asleep, only the last one has passed. */
  const patience = async (enough: AbortSignal): Promise<'hangs'> => {
    for (let slice = 0; slice < 10 && !enough.aborted; slice += 1) {
      await pause(patienceSeconds * 100, undefined, { signal: enough }).catch(() => {});
    }
    return 'hangs';
  };

  /** @returns undefined of a front that is gone, be it by force */
  const answered = async <T>(front: Front, asked: Promise<T>): Promise<T | undefined> => {
    const enough = new AbortController();
    const answer = asked.then((result) => ({ result })).catch(() => 'failed' as const);
    const first = await Promise.race([answer, patience(enough.signal)]);
    enough.abort();
    if (typeof first === 'object') return first.result;
    if (first === 'hangs') {
      log({ level: 'error', message: `front ${front.pid} has not answered for ${patienceSeconds} s; it is ended` });
    }
    front.kill();
    await front.gone;
    return undefined;
  };

  /** Before anything changes, so that nobody can be told of what was after somebody has seen what is. */
  const whileHeld = async <T>(what: Held, act: () => Promise<T>): Promise<T> => {
    last += 1;
    const number = last;
    held.set(number, what);
    try {
      await Promise.all([...joined].map((front) => answered(front, front.link.ask('hold', number, what))));
      return await act();
    } finally {
      held.delete(number);
      for (const { link } of joined) link.tell('release', number, what === 'calls' ? facts() : undefined);
    }
  };

  const heldWhileWritten = <V extends object>(
    cache: RecordCache<V>,
    of: Pick<Exclude<Held, 'calls'>, 'region' | 'store'>,
  ): RecordCache<V> => ({
    ...cache,
    write: (id, write) => cache.write(id, () => whileHeld({ ...of, id }, write)),
  });

  return {
    changeFacts: (act) => whileHeld('calls', act),
    factsFrom(read) {
      facts = read;
    },
    facts: () => facts(),
    join(front) {
      joined.add(front);
      return new Map(held);
    },
    leave: (front) => void joined.delete(front),
    async lookAfter() {
      await Promise.all([...joined].map((front) => answered(front, front.link.ask('answer'))));
    },

    caches(region, recordCacheSeconds) {
      const { keys, aliases } = newRecordCaches(recordCacheSeconds);
      return {
        keys: heldWhileWritten(keys, { region, store: 'keys' }),
        aliases: heldWhileWritten(aliases, { region, store: 'aliases' }),
      };
    },
    usage(region, own) {
      const gather = async () => {
        const asked = [...joined].map((front) => answered(front, front.link.ask('handOverUses', region)));
        for (const uses of await Promise.all(asked)) for (const use of uses ?? []) await own.note(use);
      };
      return {
        ...own,
        get: (KeyId) => gather().then(() => own.get(KeyId)),
        forget: (KeyId) => gather().then(() => own.forget(KeyId)),
        flush: () => gather().then(own.flush),
      };
    },
  };
};
