import type { HelpConfiguration } from 'commander';
import { type Command, exitCodes, type Option } from '../command.ts';
import { styled } from '../look.ts';

/** VALUE, where the parser would write <VALUE>; headings in bold. */
export const helpStyle: HelpConfiguration = {
  optionTerm: ({ flags }) => plain(flags),
  argumentTerm: (argument) => argument.name(),
  subcommandTerm: (command) => command.name(),
  commandUsage: (command) => plain(`${command.name()} ${command.usage()}`),
  styleTitle: (title) => styled('bold', title),
};

const plain = (flags: string): string => flags.replace(/<([^>]+)>/g, '$1');

/** What it is for, and in brackets the variable and the default. */
export const optionHelp = ({ about, variable, byDefault, many }: Option): string => {
  const facts = [variable, byDefault].filter(Boolean).join(', ');
  return [about, facts && `[${facts}]`, many && '(may be repeated)'].filter(Boolean).join(' ');
};

/** Examples and exit codes. */
export const helpOf = ({ examples, exits }: Command): string => {
  const lines = examples.flatMap(([line, what]) => [`  ${line}`, `      ${what}`]);
  const codes = Object.entries({ ...exitCodes, ...exits }).map(
    ([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`,
  );
  return ['', title('Examples:'), ...lines, '', title('Exit codes:'), ...codes].join('\n');
};

const title = (text: string): string => styled('bold', text);
