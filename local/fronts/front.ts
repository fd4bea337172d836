import type { Socket } from 'node:net';
import type { LogEntry } from '../../lambdas/pipeline/ports.ts';
import { logToStderr, logTrouble } from '../log.ts';
import { type ConnectionServer, serveConnections } from '../server.ts';
import { type FrontService, openFrontService } from './front-service.ts';
import { type Holds, newHolds } from './holds.ts';
import { type KnownFacts, newKnownFacts } from './known-facts.ts';
import { type Channel, newLink } from './link.ts';
import type { FrontFunctions, FrontOrder, OwnerFunctions } from './messages.ts';

/**
 * Runs this process as a front, for as long as its owner wants and is there. The owner accepts the connections.
 */
export const runFront = (): void => {
  // The terminal and service managers send them to all processes; the owner ends its fronts in order.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

  process.on('disconnect', () => process.exit());

  let running: Promise<{ server: ConnectionServer; service: FrontService }> | undefined;
  let take: ConnectionServer['take'] | undefined;
  let holds: Holds | undefined;
  let facts: KnownFacts | undefined;
  const open = async (order: FrontOrder, known: { holds: Holds; facts: KnownFacts }) => {
    const log: (entry: LogEntry) => void = order.quiet ? logTrouble : logToStderr;
    const service = await openFrontService(order, { ...known, owner, log });
    const server = serveConnections(service);
    take = server.take;
    return { service, server };
  };

  const owner = newLink<OwnerFunctions>(toOwner, {
    async start(order) {
      holds = newHolds(order.held);
      facts = newKnownFacts(order.facts);
      running = open(order, { holds, facts });
      await running;
    },
    take: (connection) => take?.(connection),
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
  send: (message, _, sent) => process.send?.(message, undefined, undefined, sent),
  on: (event: 'message' | 'disconnect', listener: (message: unknown, connection: Socket | undefined) => void) =>
    process.on(event, listener),
};
