import { CommanderError } from 'commander';
import { threeParts } from '../local/failure.ts';
import { version } from '../local/package-facts.ts';
import { commands } from './commands.ts';
import { styled } from './look.ts';
import { findCommand } from './program/find-command.ts';
import { parseCommand, parseGroup } from './program/parser.ts';
import { troubleOf } from './program/trouble-of.ts';

/** @returns the exit code: 0 done, 1 failed, 2 called wrongly; a command may have its own */
export const main = async (words: readonly string[]): Promise<number> => {
  process.stdout.on('error', endIfUnheard);
  const [first, ...others] = words;
  const found = await findCommand(commands, first === 'help' ? others : words);
  const name = ['kms', ...found.path].join(' ');
  const rest = first === 'help' ? ['--help'] : found.rest;
  try {
    if ('group' in found) {
      parseGroup(found.path, found.group, rest, version);
      return 0;
    }
    const parsed = parseCommand(found.path, found.command, rest);
    if (parsed === undefined) return 0;
    const note = (text: string) => {
      if (!parsed.values.quiet) process.stderr.write(`${text}\n`);
    };
    return await found.command.run({ ...parsed, commands, note });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // it was asked for help, or the version
    const trouble = troubleOf(error, name);
    const prefix = styled('red', `${name}:`, process.stderr);
    process.stderr.write(`${prefix} ${threeParts(trouble)}\n`);
    if (process.env.KMS_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return trouble.exit ?? 1;
  }
};

/** Whoever reads may have enough, as `head` has. */
const endIfUnheard = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
};
