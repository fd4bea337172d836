import type { LogEntry } from '../../lambdas/pipeline/ports.ts';
import { logToStderr, logTrouble } from '../log.ts';
import { type KmsServer, listen } from '../server.ts';
import { type FrontService, openFrontService } from './front-service.ts';
import { type Holds, newHolds } from './holds.ts';
import { type KnownFacts, newKnownFacts } from './known-facts.ts';
import { type Channel, newLink } from './link.ts';
import type { FrontFunctions, FrontOrder, OwnerFunctions } from './messages.ts';

/**
 * Runs this process as a front, for as long as its owner wants: as a worker of a cluster it ends by itself when the owner
 * is gone, and the port on which it listens is the owner's.
 */
export const runFront = (): void => {
  // The terminal and service managers send them to all processes; the owner ends its fronts in order.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

  let running: Promise<{ server: KmsServer; service: FrontService }> | undefined;
  let holds: Holds | undefined;
  let facts: KnownFacts | undefined;
  const open = async (order: FrontOrder, known: { holds: Holds; facts: KnownFacts }) => {
    const log: (entry: LogEntry) => void = order.quiet ? logTrouble : logToStderr;
    const service = await openFrontService(order, { ...known, owner, log });
    return { service, server: await listen(service, order) };
  };

  const owner = newLink<OwnerFunctions>(toOwner, {
    async start(order) {
      holds = newHolds(order.held);
      facts = newKnownFacts(order.facts);
      running = open(order, { holds, facts });
      await running;
    },
    hold: (number, what) => holds?.hold(number, what),
    release(number, changed) {
      if (changed) facts?.know(changed);
      holds?.release(number);
    },
    answer() {},
    handOverUses: async (region) => (await running)?.service.handOverUses(region) ?? [],
    async end() {
      const { server, service } = (await running) ?? {};
      await server?.stop();
      await service?.close();
    },
  } satisfies FrontFunctions);
  owner.tell('loaded');
};

const toOwner: Channel = {
  send: (message, sent) => process.send?.(message, undefined, undefined, sent),
  on: (event: 'message' | 'disconnect', listener: (message: unknown) => void) => process.on(event, listener),
};
