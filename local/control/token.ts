import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { DataFolder } from '../data-folder.ts';
import { writeFileAtomically } from '../files.ts';

/** In the data folder: who can read it, may use local control. */
export const tokenFile = 'control-token';

/** The header in which the token comes. */
export const tokenHeader = 'x-kms-control';

/** Makes a token of 32 random bytes for the life of this process; what a killed one left is worth nothing any more. */
export const newControlToken = async (folder: DataFolder): Promise<string> => {
  const token = randomBytes(32).toString('base64url');
  await writeFileAtomically(folder.path(tokenFile), `${token}\n`, 0o600);
  return token;
};

export const forgetControlToken = (folder: DataFolder): Promise<void> => rm(folder.path(tokenFile), { force: true });

/** Compares in a time that tells nothing, not even about lengths. */
export const isToken = (token: string, given: unknown): boolean =>
  typeof given === 'string' && timingSafeEqual(digest(token), digest(given));

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
