import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { newPrincipalsFile } from './principals/new-file.ts';
import { parsePrincipals } from './principals/parse.ts';
import type { Principal } from './principals/principal.ts';
import { PrincipalsError } from './principals/principals-error.ts';

export type { Principal } from './principals/principal.ts';
export { PrincipalsError } from './principals/principals-error.ts';

export interface Principals {
  find(accessKeyId: string): Principal | undefined;
  all(): readonly Principal[];
  /** Stops following the file; the principals read last stay. */
  close(): void;
}

export interface PrincipalsOptions {
  /** Makes the file, mode 0600 and with random keys, if there is none. */
  readonly create: boolean;
  /** Told when the file was made or read again, and when it cannot be read. */
  log(message: string): void;
}

/** A change counts after one look, trouble is told after two: within a second either way. */
const lookEveryMilliseconds = 400;

/**
 * Opens a principals file and follows its changes. It is looked at again and again rather than watched, since that
 * survives editors that replace the file, links, and file systems that announce nothing.
 * Once open, a file that is broken or gone changes nothing: the principals read before stay in force, and the log says why.
 *
 * @throws {PrincipalsError} if the file cannot be read, or is broken, now
 */
export const openPrincipals = async (file: string, { create, log }: PrincipalsOptions): Promise<Principals> => {
  if (create && (await makeFile(file))) log(`${file}: made, with random keys`);
  let inForce = await load(file);
  let fault: string | undefined;
  let toldFault: string | undefined;

  const look = async (isClosed: () => boolean): Promise<void> => {
    const seen = await load(file, inForce).catch((error: unknown) => messageOf(error));
    if (isClosed()) return;
    if (typeof seen === 'string') {
      // an editor may be half-way: only what is still so at the next look is worth telling
      const lasting = seen === fault;
      fault = seen;
      if (!lasting || seen === toldFault) return;
      toldFault = seen;
      log(`${seen}; the principals read before stay in force`);
      return;
    }
    if (seen !== inForce || toldFault !== undefined)
      log(`${file}: read again, ${seen.principals.length} access key(s)`);
    inForce = seen;
    fault = undefined;
    toldFault = undefined;
  };

  return {
    find: (accessKeyId) => inForce.byAccessKeyId.get(accessKeyId),
    all: () => inForce.principals,
    close: repeat(lookEveryMilliseconds, look),
  };
};

interface Loaded {
  readonly text: string;
  readonly principals: readonly Principal[];
  readonly byAccessKeyId: ReadonlyMap<string, Principal>;
}

/** @returns `before` itself if the file has not changed since */
const load = async (file: string, before?: Loaded): Promise<Loaded> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new PrincipalsError(
      error.code === 'ENOENT' ? `${file}: no such file` : `${file}: cannot be read (${error.code})`,
    );
  });
  if (text === before?.text) return before;
  try {
    const { principals } = parsePrincipals(text);
    return { text, principals, byAccessKeyId: new Map(principals.map((each) => [each.accessKeyId, each])) };
  } catch (error) {
    throw error instanceof PrincipalsError ? new PrincipalsError(`${file}: ${error.message}`) : error;
  }
};

/** @returns false if the file was there already, which is then as it was */
const makeFile = async (file: string): Promise<boolean> => {
  try {
    await writeFile(file, newPrincipalsFile(randomBytes), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // what node:fs throws
    if (code === 'EEXIST') return false;
    throw new PrincipalsError(`${file}: cannot be made (${code})`);
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Does something again and again, never twice at a time, without keeping the process alive. @returns what stops it */
const repeat = (milliseconds: number, act: (isStopped: () => boolean) => Promise<void>): (() => void) => {
  let stopped = false;
  const schedule = (): NodeJS.Timeout => setTimeout(() => void act(() => stopped).finally(next), milliseconds).unref();
  const next = (): void => {
    if (!stopped) timer = schedule();
  };
  let timer = schedule();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
};
