const signals = ['SIGINT', 'SIGTERM'] as const;

/** One wish to end may come several times: from the terminal to all of a group, and from npm, which passes it on. */
const sameWishMilliseconds = 1000;

/**
 * Runs what lasts until somebody asks this process to end: by SIGINT, which is Ctrl-C, or SIGTERM. Who asks again later
 * does not wait.
 *
 * @param run is told when by a promise
 */
export const stoppable = async <T>(run: (stopped: Promise<void>) => Promise<T>): Promise<T> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let asked: number | undefined;
  const stop = (signal: NodeJS.Signals) => {
    asked ??= performance.now();
    resolve();
    if (performance.now() - asked < sameWishMilliseconds) return;
    process.off(signal, stop);
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    return await run(promise);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
};
