import { CommanderError } from 'commander';
import { Failure, type Trouble } from '../../local/failure.ts';
import { UsageError } from '../../local/options.ts';

/** As far as it is known. */
type Told = Pick<Trouble, 'what'> & Partial<Trouble>;

/** What went wrong, why, and what to do next. */
export const troubleOf = (error: unknown, name: string): Told => {
  if (error instanceof Failure) return error.trouble;
  if (error instanceof CommanderError) return wrongCall(error.message.replace(/^error: /, ''), name);
  if (error instanceof UsageError) return wrongCall(error.message, name);
  if (!(error instanceof Error)) return { what: String(error) };
  const known = knownErrors[error.name];
  if (known !== undefined) return { what: error.message, ...known };
  const [what = '', hint] = error.message.split('\nhint: ');
  return hint === undefined ? { what: whatOf(error), ...ofSystem(error) } : { what, hint };
};

/** The first line says what is wrong, others what could have been meant. */
const wrongCall = (message: string, name: string): Told => {
  const [what = '', ...meant] = message.split('\n');
  const did = meant.map((line) => `${line.replace(/^\((.*)\)$/, '$1')} `).join('');
  return { what, why: 'it was called wrongly; nothing was done', hint: `${did}${name} --help tells how`, exit: 2 };
};

const knownErrors: Readonly<Record<string, Omit<Told, 'what'>>> = {
  DataFolderInUseError: {
    why: 'a data folder is for one service at a time',
    hint: 'use that one, stop it, or take another folder with --data DIR',
  },
  PrincipalsError: {
    why: 'nobody can call a service that does not know who may',
    hint: 'correct the file that --principals or KMS_PRINCIPALS names, or principals.json in the data folder',
  },
};

/** Those of the system name the call and the path. */
const whatOf = ({ message, syscall, path }: Error & { syscall?: string; path?: string }): string =>
  syscall === undefined || path === undefined ? message : `cannot ${verbs[syscall] ?? syscall} ${path}`;

const verbs: Readonly<Record<string, string>> = { stat: 'find', scandir: 'read' };

const ofSystem = (error: Error & { code?: string }): Omit<Told, 'what'> => {
  const known = Object.hasOwn(systemErrors, error.code ?? '') ? systemErrors[error.code ?? ''] : undefined;
  if (known !== undefined) return { why: known[0], hint: known[1] };
  const { cause } = error;
  return {
    ...(cause instanceof Error && cause.message !== error.message && { why: cause.message }),
    hint: 'KMS_DEBUG=1 shows where it happened',
  };
};

const systemErrors: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  ENOENT: ['there is no such file or folder', 'look at the spelling, and at the folder you are in'],
  EACCES: ['the rights of the file or folder do not let you', 'have its owner give them to you, or choose another'],
  EISDIR: ['it is a folder', 'name a file'],
  ENOTDIR: ['a part of the path is a file', 'name a folder'],
  ENOSPC: ['the disk is full', 'make room, or write to another disk'],
  EADDRINUSE: ['something else listens on that port', 'take another with --port N, or any free one with --port 0'],
  EROFS: ['that disk can only be read', 'write to another'],
};
