import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { followFile } from './followed-file.ts';
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
  /** Stops following the file; the principals read last stay. */
  close(): void;
}

export interface PrincipalsOptions {
  /** Makes the file, mode 0600 and with random keys, if there is none. */
  readonly create: boolean;
  /** Told when the file was made or read again, and when it cannot be read. */
  log(message: string): void;
}

/**
 * Opens a principals file and follows its changes; a broken one leaves the principals read before in force.
 *
 * @throws {PrincipalsError} if the file cannot be read, or is broken, now
 */
export const openPrincipals = async (file: string, { create, log }: PrincipalsOptions): Promise<Principals> => {
  if (create && (await makeFile(file))) log(`${file}: made, with random keys`);
  const followed = await followFile(file, {
    read,
    Fault: PrincipalsError,
    staying: 'the principals read before stay in force',
    summary: ({ principals }) => `${principals.length} access key(s)`,
    log,
  });
  return {
    find: (accessKeyId) => followed.current().byAccessKeyId.get(accessKeyId),
    all: () => followed.current().principals,
    exists: (principal) => followed.current().exists(principal),
    close: followed.close,
  };
};

const read = (text: string) => {
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
