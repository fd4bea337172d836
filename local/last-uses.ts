import type { LogEntry } from '../lambdas/pipeline/ports.ts';
import type { BufferedUsage } from '../stores/usage-tracking.ts';

/** How often last uses of keys are written: what a crash may lose of them. */
const flushSeconds = 300;

/** Writes last uses every five minutes and, after the last calls, in `stop`. What cannot be written is logged. */
export const writeLastUses = (
  buffers: () => Iterable<Pick<BufferedUsage, 'flush'>>,
  log: (entry: LogEntry) => void,
) => {
  const flushAll = async () => {
    for (const buffer of buffers()) {
      await buffer.flush().catch((error: unknown) => {
        log({ level: 'warn', message: 'last uses of keys could not be written', error });
      });
    }
  };
  let running = Promise.resolve();
  const flush = () => {
    running = running.then(flushAll); // one after the other, so that `stop` leaves nothing behind that still writes
    return running;
  };
  const timer = setInterval(() => void flush(), flushSeconds * 1000).unref();
  return {
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
};
