import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { KeyRecord } from '../../../core/model/key-record.ts';
import { type Front, newFronts } from '../../../local/fronts/fronts.ts';
import { newHolds } from '../../../local/fronts/holds.ts';
import { type Channel, newLink } from '../../../local/fronts/link.ts';
import type { Held } from '../../../local/fronts/messages.ts';
import { newRecordCaches } from '../../../stores/cached.ts';

/** The part of the messages between an owner and a front that this is about. */
type Owner = { read(id: string): Promise<KeyRecord | undefined> };
type OfFront = {
  start(held: ReadonlyMap<number, Held>): void;
  hold(number: number, what: Held): void;
  release(number: number): void;
};

/** Two ends that keep the order of messages, each of which takes as long as `delay` says. */
const channels = (delay: () => Promise<unknown>): readonly [Channel, Channel] => {
  const listeners: ((message: unknown, connection: undefined) => void)[][] = [[], []];
  const end = (own: number, other: number): Channel => {
    let last: Promise<unknown> = Promise.resolve();
    return {
      send(message) {
        const sent = structuredClone(message);
        last = last.then(delay).then(() => listeners[other]?.forEach((listener) => void listener(sent, undefined)));
      },
      on(event: string, listener: (message: unknown, connection: undefined) => void) {
        if (event === 'message') listeners[own]?.push(listener);
      },
    };
  };
  return [end(0, 1), end(1, 0)];
};

const region = 'us-east-1';
const numbered = (n: number) => ({ Description: String(n) }) as KeyRecord; // nobody here reads more of it
const never = new Promise<void>(() => {});

describe('what fronts keep of records', () => {
  it('is never older than what anybody was told, however messages, reads and writes interleave', async () => {
    let copies = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('write', 0, 1, 2), { minLength: 3, maxLength: 14 }),
        fc.nat(12),
        async (scheduler, actions, late) => {
          const step = () => scheduler.schedule(Promise.resolve());
          const fronts = newFronts(() => {});
          const ownCaches = fronts.caches(region, Infinity);
          let [stored, least, asked] = [0, 0, 0];

          const newFront = () => {
            const [atOwner, atFront] = channels(step);
            const link = newLink<OfFront>(atOwner, {
              async read() {
                asked += 1;
                await step();
                const seen = stored;
                await step();
                return numbered(seen);
              },
            });
            let holds = newHolds();
            let caches = newRecordCaches(Infinity);
            const owner = newLink<Owner>(atFront, {
              start(held: ReadonlyMap<number, Held>) {
                holds = newHolds(held);
                caches = holds.caches(region, newRecordCaches(Infinity));
              },
              hold: (number: number, what: Held) => holds.hold(number, what),
              release: (number: number) => holds.release(number),
            });
            const front = { pid: 0, link: link as unknown as Front['link'], gone: never, kill() {} }; // a part of it
            return {
              start: () => link.ask('start', fronts.join(front)),
              read: () => caches.keys.read('k', () => owner.ask('read', 'k')),
            };
          };

          const all = [newFront(), newFront(), newFront()];
          await scheduler.waitFor(Promise.all([all[0]?.start(), all[1]?.start()]));
          const join = async () => {
            for (let steps = 0; steps < late; steps += 1) await step();
            await all[2]?.start();
          };
          const joining = join(); // while the others are at it
          const read = async (which: number) => {
            if (which === 2) await joining;
            if (which === 2) await all[2]?.read();
            const known = least;
            const before = asked;
            const found = Number((await all[which]?.read())?.Description);
            if (asked === before) copies += 1;
            expect(found).toBeGreaterThanOrEqual(known);
            least = Math.max(least, found);
          };
          const write = async () => {
            let mine = 0;
            await ownCaches.keys.write('k', async () => {
              await step();
              stored += 1;
              mine = stored;
              await step();
            });
            least = Math.max(least, mine);
          };
          const running = actions.map(async (action) => {
            await step();
            await (typeof action === 'string' ? write() : read(action));
          });
          await scheduler.waitFor(Promise.all(running));
          for (const which of [0, 1, 2]) await scheduler.waitFor(read(which));
          for (const which of [0, 1, 2]) await scheduler.waitFor(read(which));
        },
      ),
      { numRuns: 300 },
    );
    expect(copies).toBeGreaterThan(300); // or else nothing was kept, and nothing proved
  });
});

describe('fronts', () => {
  const frontThat = (ask: () => Promise<unknown>) => {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const tell = vi.fn();
    const kill = vi.fn(() => void setTimeout(resolve, 20));
    return { pid: 7, link: { ask, tell } as unknown as Front['link'], gone, kill }; // a part of it
  };

  it('have all heard before a record is written, and the write fails as it failed', async () => {
    const fronts = newFronts(() => {});
    const { promise: heard, resolve: hear } = Promise.withResolvers<void>();
    fronts.join(frontThat(() => heard));
    fronts.join(frontThat(async () => {}));
    const write = vi.fn(async () => Promise.reject(new Error('lost')));
    const writing = fronts.caches(region, Infinity).keys.write('k', write);
    await new Promise(setImmediate);
    expect(write).not.toHaveBeenCalled();
    hear();
    await expect(writing).rejects.toThrow('lost');
  });

  it('are ended, and are gone, before a write goes on without them', async () => {
    const log = vi.fn();
    const fronts = newFronts(log, 0.02);
    const [hanging, cutOff] = [frontThat(() => never), frontThat(() => Promise.reject(new Error('gone')))];
    fronts.join(hanging);
    fronts.join(cutOff);
    const left: unknown[] = [];
    for (const { gone, kill } of [hanging, cutOff]) void gone.then(() => left.push(kill.mock.calls.length));
    await fronts.caches(region, Infinity).aliases.write('a', async () => expect(left).toEqual([1, 1]));
    expect(log).toHaveBeenCalledTimes(1);
    expect(log.mock.calls[0]?.[0].message).toContain('front 7 has not answered');
  });

  it('are ended when they hang, be there nothing to write', async () => {
    const fronts = newFronts(() => {}, 0.02);
    const [hanging, well] = [frontThat(() => never), frontThat(async () => {})];
    fronts.join(hanging);
    fronts.join(well);
    await fronts.lookAfter();
    expect([hanging.kill.mock.calls.length, well.kill.mock.calls.length]).toEqual([1, 0]);
  });

  it('hear what the facts are when calls may begin again', async () => {
    const fronts = newFronts(() => {});
    let offsetMs = 0;
    fronts.factsFrom(() => ({ offsetMs, principals: '', endpointPolicy: undefined }));
    const front = frontThat(async () => {});
    fronts.join(front);
    await fronts.changeFacts(async () => {
      offsetMs = 5;
    });
    expect(front.link.tell).toHaveBeenCalledWith('release', 1, expect.objectContaining({ offsetMs: 5 }));
  });
});

describe('a front', () => {
  it('begins no call while facts change, be it several at once', async () => {
    const holds = newHolds(new Map([[1, 'calls']]));
    holds.hold(2, 'calls');
    const begun = vi.fn();
    const calls = holds.callsHeld()?.then(begun);
    holds.release(1);
    await new Promise(setImmediate);
    expect(begun).not.toHaveBeenCalled();
    holds.release(2);
    await calls;
    expect(holds.callsHeld()).toBeUndefined();
  });
});
