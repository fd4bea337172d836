import { UsageError } from '../../local/options.ts';

/** What the name of an encrypted file ends with. */
export const suffix = '.enc';

/** Where to, unless `--output` says: stdin goes to stdout, a file to one beside it. */
export const encryptedName = (input: string): string => (input === '-' ? '-' : `${input}${suffix}`);

/** @throws {UsageError} when the name does not tell */
export const decryptedName = (input: string): string => {
  if (input === '-') return '-';
  if (input.endsWith(suffix) && !/(^|[\\/])\.enc$/.test(input)) return input.slice(0, -suffix.length);
  throw new UsageError(`${input} does not end with ${suffix}: say with --output where to write, - for stdout`);
};
