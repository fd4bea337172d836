import { readFile } from 'node:fs/promises';

export interface FollowOptions<T> {
  /** Makes a value of the text. @throws {Fault} saying where it is broken, without the file's name */
  read(text: string): T;
  /** What a broken or missing file is reported by. */
  readonly Fault: new (
    message: string,
  ) => Error;
  /** What to tell while the file is broken: that what was read before stays in force. */
  readonly staying: string;
  /** What to tell of a value that was read again: for people. */
  summary(value: T): string;
  /** Told when the file was read again, and when it cannot be read. */
  log(message: string): void;
  /** Puts in force what was read again. @default at once */
  change?: Change | undefined;
}

/** Has something take effect, everywhere where it counts. Never rejects. */
export type Change = (takeEffect: () => void) => Promise<void>;

export interface FollowedFile<T> {
  current(): T;
  /** Of which the value was made. */
  text(): string;
  /** Looks at the file now; what it reads is in force when it is done. */
  look(): Promise<void>;
  /** Stops following; the value read last stays. */
  close(): void;
}

/** A change counts after one look, trouble is told after two: within a second either way. */
const lookEveryMilliseconds = 400;

/**
 * Reads a file and follows its changes. It is looked at again and again rather than watched, since that survives editors
 * that replace the file, links, and file systems that announce nothing.
 * Once open, a file that is broken or gone changes nothing: what was read before stays in force, and the log says why.
 *
 * @throws {Fault} if the file cannot be read, or is broken, now
 */
export const followFile = async <T>(file: string, options: FollowOptions<T>): Promise<FollowedFile<T>> => {
  const { log, staying, summary, change = async (takeEffect) => takeEffect() } = options;
  let inForce = await load(file, options);
  let fault: string | undefined;
  let toldFault: string | undefined;

  const look = async (isClosed: () => boolean): Promise<void> => {
    const seen = await load(file, options, inForce).catch((error: unknown) => messageOf(error));
    if (isClosed()) return;
    if (typeof seen === 'string') {
      // an editor may be half-way: only what is still so at the next look is worth telling
      const lasting = seen === fault;
      fault = seen;
      if (!lasting || seen === toldFault) return;
      toldFault = seen;
      log(`${seen}; ${staying}`);
      return;
    }
    const isNew = seen !== inForce;
    if (isNew) {
      await change(() => {
        inForce = seen;
      });
    }
    if (isNew || toldFault !== undefined) log(`${file}: read again, ${summary(seen.value)}`);
    fault = undefined;
    toldFault = undefined;
  };

  const looking = repeat(lookEveryMilliseconds, look);
  return { current: () => inForce.value, text: () => inForce.text, look: looking.now, close: looking.stop };
};

interface Loaded<T> {
  readonly text: string;
  readonly value: T;
}

/** @returns `before` itself if the file has not changed since */
const load = async <T>(file: string, { read, Fault }: FollowOptions<T>, before?: Loaded<T>): Promise<Loaded<T>> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Fault(error.code === 'ENOENT' ? `${file}: no such file` : `${file}: cannot be read (${error.code})`);
  });
  if (text === before?.text) return before;
  try {
    return { text, value: read(text) };
  } catch (error) {
    throw error instanceof Fault ? new Fault(`${file}: ${error.message}`) : error;
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Does something again and again, and when it is asked to; never twice at a time, without keeping the process alive. */
const repeat = (milliseconds: number, act: (isStopped: () => boolean) => Promise<void>) => {
  let stopped = false;
  let acting: Promise<void> = Promise.resolve();
  const now = (): Promise<void> => {
    const done = acting.then(() => act(() => stopped));
    acting = done.catch(() => {}); // one that fails is not the last
    return done;
  };
  const schedule = (): NodeJS.Timeout => setTimeout(() => void now().finally(next), milliseconds).unref();
  const next = (): void => {
    if (!stopped) timer = schedule();
  };
  let timer = schedule();
  return {
    now,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
