const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs what lasts until somebody asks this process to end: by SIGINT, which is Ctrl-C, or SIGTERM. Who asks twice in the
 * same way does not wait.
 *
 * @param run is told when by a promise
 */
export const stoppable = async <T>(run: (stopped: Promise<void>) => Promise<T>): Promise<T> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  for (const signal of signals) process.once(signal, stop);
  try {
    return await run(promise);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
};
