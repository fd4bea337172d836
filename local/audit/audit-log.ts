import { placeOf } from '../../core/audit/log-file.ts';
import type { AuditEntry, AuditLog, Runtime } from '../../lambdas/pipeline/ports.ts';
import type { Digests } from './digests.ts';
import { newLogFiles } from './log-files.ts';
import { encodeLines, newWrittenLines, type ToldLines, type WrittenLines, writtenElsewhere } from './runs.ts';
import { giveLastName, newSpool } from './spool.ts';
import { takeSpoolsLeft } from './spools-left.ts';

export interface LocalAuditLog extends AuditLog {
  /**
   * A call begins, which will have a record. When all that begin in one turn of the event loop have theirs within it, these
   * are written at once.
   */
  expect(): void;
  /**
   * Gives the spool of a process beside this one its last name, and makes log files of it.
   *
   * @param written what that process wrote to it, if it can still tell
   * @returns the name, if there is one
   */
  takeOver(path: string, written?: ToldLines): Promise<string | undefined>;
  /** Writes everything out; later records are refused. May be called again. */
  close(): Promise<void>;
}

/** The spool of a process beside the one that makes log files, and how that one is asked to take it over. */
export interface SpoolBeside {
  readonly path: string;
  readonly takeOver: LocalAuditLog['takeOver'];
}

/** Records that go into the file together. */
interface Group {
  readonly entries: AuditEntry[];
  /** Nobody else is expected. */
  complete(): void;
  readonly written: Promise<void>;
}

/** A spool becomes log files this long after its first record, */
const longestWaitSeconds = 60;
/** or at this many records (a little above, by the size of a group), */
const recordsPerSpool = 5000;
/** or at this many bytes: it is read in one piece. */
const bytesPerSpool = 32 * 1024 * 1024;

const hint = 'calls fail until one can. Is the disk full, or the folder not ours to write?';

/**
 * The audit log of one machine: records go to a spool first, and from there to log files in CloudTrail's layout.
 *
 * A record that was acknowledged survives the end of the process, `kill -9` included, and is in exactly one log file.
 * Like the database beside it, the spool is not synced on each write: a power cut may take the last moments.
 *
 * Of several processes with one folder, one makes the files; the others have their spools beside that one's.
 *
 * With digests, what is in log files can be proved: each hour that has ended, and the last one when the log is closed.
 *
 * @param folder of this process alone; what an earlier process left there becomes log files before this resolves
 * @throws {Error} of the file system, when the folder cannot be used
 */
export const openAuditLog = async (options: {
  folder: string;
  now: () => Date;
  log: Runtime['log'];
  digests?: Digests;
  /** For a process that makes no files. */
  beside?: SpoolBeside;
}): Promise<LocalAuditLog> => {
  const { folder, now, log, digests, beside } = options;
  const giveName = beside && (() => beside.takeOver(beside.path, inSpool.told()));
  const spool = newSpool({ folder, now, log, path: beside?.path, giveName });
  /** For the bytes of a group, which come and go too often to be left to the garbage collector. */
  const room = Buffer.allocUnsafeSlow(256 * 1024);
  const makeLogFiles = newLogFiles({ folder, log, made: digests?.add });
  const inTurn = newQueue();
  const filing = newQueue();
  let group: Group | undefined;
  let expected = 0; // in this turn
  let inSpool = newWrittenLines();
  const setAside = new Map<string, Pick<WrittenLines, 'runsOf'>>();
  let waiting = { records: 0, bytes: 0 }; // since the last roll, or try at one
  let timer: NodeJS.Timeout | undefined;
  let isFailing = false;
  let closing: Promise<void> | undefined;

  /** Whatever came while the file was busy, and until nobody is left to come or the turn of the event loop ends. */
  const newGroup = (): Group => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = setImmediate(resolve);
    const complete = () => {
      clearImmediate(end);
      resolve();
    };
    return { entries: [], complete, written: inTurn(() => promise.then(writeGroup)) };
  };

  const writeGroup = async (): Promise<void> => {
    const { entries } = group ?? { entries: [] };
    group = undefined;
    const lines = encodeLines(entries, room);
    const { bytes } = lines;
    await append(bytes);
    inSpool.add(lines, entries);
    waiting = { records: waiting.records + entries.length, bytes: waiting.bytes + bytes.length };
    if (closing) return; // the last roll comes next
    if (waiting.records >= recordsPerSpool || waiting.bytes >= bytesPerSpool) void roll(spool.renew);
    else rollLater();
  };

  /** Tells once that records cannot be written, however many calls that costs, and once that they can again. */
  const append = async (bytes: Uint8Array): Promise<void> => {
    try {
      await spool.append(bytes);
    } catch (error) {
      if (!isFailing) log({ level: 'error', message: `No audit record can be written to ${folder}: ${hint}`, error });
      isFailing = true;
      throw error;
    }
    if (isFailing) log({ level: 'info', message: `Audit records can be written to ${folder} again` });
    isFailing = false;
  };

  const rollLater = (): void => {
    if (!closing) timer ??= setTimeout(() => void roll(), longestWaitSeconds * 1000).unref();
  };

  /** Never rejects. Writers wait while the spool is renamed, not while files are made of it. */
  const roll = async (take = spool.setAside): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    waiting = { records: 0, bytes: 0 };
    try {
      await inTurn(async () => {
        const name = await take();
        if (name && !beside) setAside.set(name, inSpool);
        inSpool = newWrittenLines();
      });
      await makeFiles();
    } catch (error) {
      tryAgain(error);
    }
  };

  const makeFiles = async () => {
    if (!beside) await filing(() => makeLogFiles(setAside));
  };

  const tryAgain = (error: unknown): void => {
    const next = closing ? 'when the service starts again' : `in ${longestWaitSeconds} seconds`;
    log({ level: 'error', message: `Audit records wait in ${folder} to become log files; next try ${next}`, error });
    rollLater();
  };

  const makeDigests = () => filing(async () => digests?.onTheHour());

  if (!beside) await takeSpoolsLeft(folder, now);
  await spool.setAside();
  await roll();
  await makeDigests();
  const looking = digests && setInterval(makeDigests, longestWaitSeconds * 1000).unref();

  return {
    expect() {
      expected += 1;
      if (expected > 1) return;
      process.nextTick(() => {
        expected = 0;
      });
    },
    async write(entry) {
      if (closing) throw new Error('The audit log is closed');
      checkPlace(entry);
      group ??= newGroup();
      const { entries, complete, written } = group;
      if (entries.push(entry) === expected) complete();
      await written;
    },
    async takeOver(path, written) {
      const name = await giveLastName(path, folder, now);
      if (name && written) setAside.set(name, writtenElsewhere(written));
      if (name) void makeFiles().catch(tryAgain);
      return name;
    },
    close() {
      closing ??= roll().then(async () => {
        clearInterval(looking);
        await filing(async () => digests?.finish());
      });
      return closing;
    },
  };
};

/** @throws {Error} when a record does not say whose it is */
export const checkPlace = (entry: AuditEntry): void => {
  if (!placeOf(entry)) throw new Error('An audit record needs an account and a Region');
};

/** Runs one task at a time, in the order given; one that fails does not hold up the next. */
const newQueue = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <Result>(task: () => Promise<Result>): Promise<Result> => {
    const done = last.then(task);
    last = done.catch(() => {});
    return done;
  };
};
