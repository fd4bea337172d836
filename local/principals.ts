import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { type Change, type FollowedFile, followFile } from './followed-file.ts';
import { newPrincipalsFile } from './principals/new-file.ts';
import { parsePrincipals } from './principals/parse.ts';
import type { Principal } from './principals/principal.ts';
import { PrincipalsError } from './principals/principals-error.ts';

export type { Principal } from './principals/principal.ts';
export { PrincipalsError } from './principals/principals-error.ts';

export interface Principals {
  find(accessKeyId: string): Principal | undefined;
  all(): readonly Principal[];
  /** Whether a user, role, session or account exists, as far as the file knows its account. */
  exists(principal: string): boolean;
  /** Of the file that is in force. */
  text(): string;
  /** Looks at the file now; what it reads is in force when it is done. */
  look(): Promise<void>;
  /** Stops following the file; the principals read last stay. */
  close(): void;
}

export interface PrincipalsOptions {
  /** Makes the file, mode 0600 and with random keys, if there is none. */
  readonly create: boolean;
  /** Told when the file was made or read again, and when it cannot be read. */
  log(message: string): void;
  /** Puts in force what was read again. @default at once */
  readonly change?: Change | undefined;
}

/**
 * Opens a principals file and follows its changes; a broken one leaves the principals read before in force.
 *
 * @throws {PrincipalsError} if the file cannot be read, or is broken, now
 */
export const openPrincipals = async (file: string, { create, log, change }: PrincipalsOptions): Promise<Principals> => {
  if (create && (await makeFile(file))) log(`${file}: made, with random keys`);
  const followed = await followFile(file, {
    read: readPrincipals,
    Fault: PrincipalsError,
    staying: 'the principals read before stay in force',
    summary: ({ principals }) => `${principals.length} access key(s)`,
    log,
    change,
  });
  return { ...principalsIn(followed.current), text: followed.text, look: followed.look, close: followed.close };
};

/** The principals of whatever text is in force. */
export const principalsIn = (
  current: FollowedFile<ReturnType<typeof readPrincipals>>['current'],
): Pick<Principals, 'find' | 'all' | 'exists'> => ({
  find: (accessKeyId) => current().byAccessKeyId.get(accessKeyId),
  all: () => current().principals,
  exists: (principal) => current().exists(principal),
});

/** @throws {PrincipalsError} saying where the text is broken */
export const readPrincipals = (text: string) => {
  const { principals, exists } = parsePrincipals(text);
  const byAccessKeyId = new Map(principals.map((each) => [each.accessKeyId, each]));
  return { principals, exists, byAccessKeyId };
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
