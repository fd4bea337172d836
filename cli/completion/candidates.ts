import { type Command, command, commonOptions, type Group, type Option } from '../command.ts';
import { findCommand } from '../program/find-command.ts';

/** What could stand somewhere, and what it would mean. */
export type Candidate = readonly [word: string, about: string];

/** Stands for any path. */
export const files: Candidate = [':files', ''];

/**
 * What could stand where the last of the words stands, as far as it is written.
 *
 * @param words those after `kms`; the last may be empty
 */
export const candidatesFor = async (commands: Group, words: readonly string[]): Promise<readonly Candidate[]> => {
  const [before, begun = ''] = [words.slice(0, -1), words.at(-1)];
  const found = await findCommand(commands, before);
  const all = 'group' in found ? ofGroup(found.group, found.rest) : ofCommand(found.command, found.rest, begun);
  return all.filter(([word]) => word === files[0] || word.startsWith(begun));
};

const ofGroup = ({ commands }: Group, rest: readonly string[]): readonly Candidate[] =>
  rest.length > 0
    ? []
    : [
        ...Object.entries(commands).flatMap(([name, { summary, hidden }]) =>
          hidden ? [] : [[name, summary] as const],
        ),
        help,
      ];

const help: Candidate = ['--help', 'tell more'];

const ofCommand = (found: Command, rest: readonly string[], begun: string): readonly Candidate[] => {
  const options: Readonly<Record<string, Option>> = { ...found.options, ...commonOptions };
  const last = rest.at(-1) ?? '';
  const taking = last.startsWith('--') ? options[last.slice(2)] : undefined;
  if (taking?.value !== undefined) return ofValue(taking.value, taking.choices);
  if (begun.startsWith('-')) {
    const unused = Object.entries(options).filter(([name, { many }]) => many || !rest.includes(`--${name}`));
    return [...unused.map(([name, { about }]) => [`--${name}`, about] as const), help];
  }
  const given = rest.filter((word, i) => !word.startsWith('-') && !takesNext(options, rest[i - 1])).length;
  const argument = found.arguments?.[given];
  return argument === undefined ? [] : ofValue(argument.name, argument.choices ?? argument.suggested);
};

const takesNext = (options: Readonly<Record<string, Option>>, word = ''): boolean =>
  word.startsWith('--') && options[word.slice(2)]?.value !== undefined;

const ofValue = (value: string, choices: readonly string[] = []): readonly Candidate[] =>
  /FILE|DIR/.test(value) ? [files] : choices.map((choice) => [choice, ''] as const);

export const candidates = command({
  summary: 'what could stand where the last word stands: asked by shells',
  arguments: [{ name: 'WORD', optional: true, many: true, about: 'the words after `kms`, up to where one is typing' }],
  options: {},
  json: 'an array: word, about',
  examples: [['kms candidates -- audit ""', 'what can be asked of the audit log; :files stands for any path']],
  async run({ values, args, commands }) {
    for (const candidate of await candidatesFor(commands, args)) {
      process.stdout.write(`${values.json ? JSON.stringify(candidate) : candidate.join('\t').trimEnd()}\n`);
    }
    return 0;
  },
});
