import type { Socket } from 'node:net';
import type { Front } from './fronts.ts';

/** Gives connections to fronts, each in turn. One that is killed takes those that it was given down with it. */
export interface Dealer {
  /** @param connection paused; it waits until somebody is there to take it */
  deal(connection: Socket): void;
  /** From now on the front takes its turn. */
  join(front: Front): void;
  leave(front: Front): void;
  /** Lets go of those that wait. */
  close(): void;
}

export const newDealer = (): Dealer => {
  const waiting = new Set<Socket>();
  /** Whose turn it is comes first. */
  let fronts: readonly Front[] = [];

  const deal = async (connection: Socket): Promise<void> => {
    const [front, ...others] = fronts;
    if (front === undefined) {
      waiting.add(connection);
      return;
    }
    fronts = [...others, front];
    try {
      await front.link.hand('take', connection);
    } catch {
      // It is gone, and may have read of it: whoever called has to hear of that.
    } finally {
      connection.destroy(); // for the client it is open as long as the front has it
    }
  };

  return {
    deal: (connection) => void deal(connection),
    join(front) {
      fronts = [...fronts, front];
      for (const connection of waiting) {
        waiting.delete(connection);
        void deal(connection);
      }
    },
    leave(front) {
      fronts = fronts.filter((one) => one !== front);
    },
    close() {
      for (const connection of waiting) connection.destroy();
    },
  };
};
