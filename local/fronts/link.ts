import type { Socket } from 'node:net';

/** One end of a channel between two processes. */
export interface Channel {
  /** @param connection goes along; ours stays open */
  send(message: object, connection: Socket | undefined, sent: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: unknown, connection: Socket | undefined) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

/** What one side does for the other. */
// biome-ignore lint/suspicious/noExplicitAny: any function; `unknown` would let none be called
type Functions = { readonly [Name in string]: (...args: any[]) => unknown };

export interface Link<Theirs> {
  /** Calls a function of the other side. Rejects when it does, and when the other side is gone. */
  ask<Name extends keyof Theirs>(name: Name, ...args: ArgumentsOf<Theirs[Name]>): Promise<ResultOf<Theirs[Name]>>;
  /** The same for a function that takes a connection. Ours stays open. */
  hand<Name extends keyof Theirs>(name: Name, connection: Socket): Promise<ResultOf<Theirs[Name]>>;
  /** The same for one of which nobody waits for the end. */
  tell<Name extends keyof Theirs>(name: Name, ...args: ArgumentsOf<Theirs[Name]>): void;
}

type ArgumentsOf<F> = F extends (...args: infer Arguments) => unknown ? Arguments : never;
type ResultOf<F> = F extends (...args: never[]) => infer Result ? Awaited<Result> : never;

type Message =
  | { readonly ask: string; readonly id: number; readonly args: readonly unknown[] }
  | { readonly tell: string; readonly args: readonly unknown[] }
  | { readonly answer: number; readonly result: unknown }
  | { readonly answer: number; readonly failed: string };

/**
 * Joins two processes by a channel that keeps the order of messages. Each function of ours is called at once when its
 * message comes, so that what it does before its first `await` is in that order too.
 *
 * @param Theirs what the other side does for us; it gave the link the same functions
 */
export const newLink = <Theirs>(channel: Channel, ours: Functions): Link<Theirs> => {
  const waiting = new Map<number, { resolve(result: never): void; reject(error: Error): void }>();
  let last = 0;

  const send = (message: Message, connection?: Socket) =>
    channel.send(message, connection, (error) => {
      // One who is not there any more need not be told; who waits hears of it by `disconnect`, or now.
      if (error && 'ask' in message) settle(message.id)?.reject(error);
    });
  const settle = (id: number) => {
    const one = waiting.get(id);
    waiting.delete(id);
    return one;
  };

  const run = async (name: string, args: readonly unknown[]) => {
    const own = Object.hasOwn(ours, name) ? ours[name] : undefined;
    if (own === undefined) throw new Error(`${name} is nothing that this process does for others`);
    return own(...args);
  };
  const answer = async (id: number, running: Promise<unknown>) => {
    try {
      send({ answer: id, result: await running });
    } catch (error) {
      send({ answer: id, failed: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
    }
  };

  channel.on('message', (received, connection) => {
    const message = received as Message; // the other side sends nothing else
    const args = (given: readonly unknown[]) => (connection ? [...given, connection] : given);
    if ('ask' in message) void answer(message.id, run(message.ask, args(message.args)));
    else if ('tell' in message) void run(message.tell, message.args);
    else if ('failed' in message) settle(message.answer)?.reject(new Error(message.failed));
    else settle(message.answer)?.resolve(message.result as never); // of the function that was asked
  });
  channel.on('disconnect', () => {
    for (const id of [...waiting.keys()]) settle(id)?.reject(new Error('the other process is gone'));
  });

  const ask = <Result>(name: string, args: readonly unknown[], connection?: Socket) => {
    last += 1;
    const id = last;
    return new Promise<Result>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      send({ ask: name, id, args }, connection);
    });
  };
  return {
    ask: (name, ...args) => ask(String(name), args),
    hand: (name, connection) => ask(String(name), [], connection),
    tell(name, ...args) {
      send({ tell: String(name), args });
    },
  };
};
