import { Worker } from 'node:worker_threads';
import type { Answer, Call, Calls } from './calls.ts';
import { withBuffers, withOwnBytes } from './map-bytes.ts';

export interface Thread {
  /**
   * Reads what it is given at once, and hands on copies.
   *
   * @throws {Error} what the call throws, and when the thread ends before
   */
  call<Name extends keyof Calls>(
    name: Name,
    ...given: Parameters<Calls[Name]>
  ): Promise<Awaited<ReturnType<Calls[Name]>>>;
  close(): Promise<void>;
}

/** A thread beside the main one that is there from the first call on, and answers one after the other. */
export const newThread = (): Thread => {
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: unknown): void }>();
  let calls = 0;
  let worker: Worker | undefined;

  const settle = (answer: Answer): void => {
    const call = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) worker?.unref(); // it alone keeps no process alive
    if ('error' in answer) call?.reject(answer.error);
    else call?.resolve(withBuffers(answer.result));
  };

  const start = (): Worker => {
    const started = new Worker(new URL('./worker.ts', import.meta.url));
    const ended = (error: Error): void => {
      if (worker !== started) return; // it has failed before, and then exits
      worker = undefined; // the next call has a new one
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    started.on('message', settle);
    started.on('error', ended);
    started.on('exit', () => ended(new Error('the thread for slow algorithms has ended')));
    return started;
  };

  return {
    call: (name, ...given) =>
      new Promise((resolve, reject) => {
        const { value, memory } = withOwnBytes(given);
        const id = calls++;
        worker ??= start();
        worker.ref();
        worker.postMessage({ id, name, given: value } as Call, memory); // an array stays one
        // The thread runs the function of that name, so what it answers is of that type.
        waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      }),
    async close() {
      await worker?.terminate();
    },
  };
};
