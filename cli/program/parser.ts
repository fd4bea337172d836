import { Argument, Command as Parser, Option as ParserOption } from 'commander';
import { type Command, commonOptions, type Group, type Option, type Options, type Values } from '../command.ts';
import { helpOf, helpStyle, optionHelp } from './help.ts';

/** The values and arguments of a command line. */
export interface Parsed {
  readonly values: Values<Options & typeof commonOptions>;
  readonly args: readonly string[];
}

/**
 * Parses the command line of a command.
 *
 * @returns undefined when it was asked for help, which is on stdout then
 * @throws {CommanderError} when it is called wrongly
 */
export const parseCommand = (
  path: readonly string[],
  command: Command,
  words: readonly string[],
): Parsed | undefined => {
  const parser = newParser(path, [command.summary, command.about].filter(Boolean).join('\n\n'));
  const options = { ...command.options, ...commonOptions, json: { about: command.json } };
  const declared = Object.entries(options).map(([name, option]) => [name, parserOption(name, option)] as const);
  for (const [, option] of declared) parser.addOption(option);
  for (const argument of command.arguments ?? []) parser.addArgument(parserArgument(argument));
  parser.addHelpText('after', helpOf(command));
  let parsed: Parsed | undefined;
  parser.action(() => {
    const given: Readonly<Record<string, unknown>> = parser.opts();
    const values = Object.fromEntries(declared.map(([name, option]) => [name, given[option.attributeName()]]));
    parsed = { values: values as Parsed['values'], args: parser.args }; // strings and switches, as declared
  });
  parser.parse(withDashes(command, words), { from: 'user' });
  return parsed;
};

/** Prints the help of a group, or refuses what it does not know. @throws {CommanderError} */
export const parseGroup = (path: readonly string[], group: Group, words: readonly string[], version: string): void => {
  const parser = newParser(path, group.about);
  for (const [name, { summary, heading, hidden }] of Object.entries(group.commands)) {
    if (heading !== undefined) parser.commandsGroup(heading);
    parser.command(name, { hidden: hidden ?? false }).description(summary);
  }
  parser.helpCommand(false);
  if (path.length === 0) parser.version(version, '--version', 'tell the version');
  parser.addHelpText('after', `\n${parser.name()} COMMAND --help tells more of each.`);
  if (words.length === 0) parser.outputHelp();
  else parser.parse([...words], { from: 'user' });
};

const newParser = (path: readonly string[], about: string): Parser =>
  new Parser(['kms', ...path].join(' '))
    .description(about.replace(/(?<!\n)\n(?!\n)/g, ' ')) // paragraphs are broken where the terminal ends
    .helpOption('-h, --help', 'tell this')
    .exitOverride()
    .configureOutput({ outputError: () => {} }) // told by who catches it
    .configureHelp(helpStyle);

const parserOption = (name: string, option: Option): ParserOption => {
  const { value, many, choices } = option;
  const made = new ParserOption(value === undefined ? `--${name}` : `--${name} <${value}>`, optionHelp(option));
  if (choices) made.choices(choices);
  if (many) made.argParser((one: string, before: readonly string[] = []) => [...before, one]);
  return made;
};

const parserArgument = ({ name, about, optional, many, choices }: NonNullable<Command['arguments']>[number]) => {
  const dots = many ? '...' : '';
  const made = new Argument(optional ? `[${name}${dots}]` : `<${name}${dots}>`, about);
  return choices ? made.choices(choices) : made;
};

/** What only looks like an option goes where nothing is one. */
const withDashes = ({ arguments: all = [] }: Command, words: readonly string[]): string[] => {
  const isDashed = (word: string) => all.some(({ dashed }) => dashed?.test(word));
  const dashed = words.filter(isDashed);
  return dashed.length === 0 ? [...words] : [...words.filter((word) => !isDashed(word)), '--', ...dashed];
};
