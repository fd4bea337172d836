import { describe, expect, it } from 'vitest';
import { type Command, command, exitCodes, type Group } from '../../cli/command.ts';
import { commands } from '../../cli/commands.ts';
import { candidatesFor } from '../../cli/completion/candidates.ts';
import { findCommand } from '../../cli/program/find-command.ts';
import { helpOf } from '../../cli/program/help.ts';
import { parseCommand } from '../../cli/program/parser.ts';

/** Every command there is, with its path. */
const all = async (group: Group, path: readonly string[] = []): Promise<(readonly [string, Command])[]> => {
  const found = await Promise.all(
    Object.entries(group.commands).map(async ([name, { load }]) => {
      const loaded = await load();
      const deeper = [...path, name];
      return 'commands' in loaded ? all(loaded, deeper) : [[deeper.join(' '), loaded] as const];
    }),
  );
  return found.flat();
};

const every = await all(commands);

describe('every command', () => {
  it('is one of these', () => {
    expect(every.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        ...['start', 'status', 'env', 'clock', 'seed', 'why', 'simulate', 'encrypt', 'decrypt', 'completion'],
        ...['principals list', 'principals add user', 'principals add account', 'principals attach policy'],
        ...['audit tail', 'audit query', 'audit verify', 'audit stats', 'audit bill'],
      ]),
    );
  });

  it.each(every)('tells an example that its own parser understands, and exit codes: kms %s', (name, found) => {
    const help = helpOf(found);
    for (const [line] of found.examples) {
      expect(help).toContain(line);
      const words = wordsOf(line, name);
      expect(words, line).toBeDefined();
      expect(parseCommand(name.split(' '), found, words ?? []), line).toBeDefined();
    }
    for (const code of Object.keys(exitCodes)) expect(help).toMatch(new RegExp(`^ +${code}  .`, 'm'));
  });

  it.each(every)('takes --json and --quiet: kms %s', (name, found) => {
    const args = (found.arguments ?? []).map(({ choices }) => choices?.[0] ?? 'x');
    const parsed = parseCommand(name.split(' '), found, [...args, '--json', '--quiet']);
    expect(parsed?.values).toMatchObject({ json: true, quiet: true });
  });
});

/** The words after the name of the command in an example, as a shell would see them. */
const wordsOf = (line: string, name: string): string[] | undefined => {
  const [, rest] = new RegExp(`kms ${name}(?![\\w-])([^|>&)]*)`).exec(line) ?? [];
  return rest
    ?.trim()
    .split(/ +/)
    .filter(Boolean)
    .map((word) => word.replace(/^"(.*)"$/, '$1'));
};

const nothing = async () => 0;
const told: Group = {
  about: 'of a test',
  commands: {
    one: {
      summary: 'the first',
      load: async () =>
        command({
          summary: 'the first',
          arguments: [
            { name: 'SHAPE', choices: ['round', 'square'], about: '' },
            { name: 'FILE', optional: true, about: '', dashed: /^-\d/ },
          ],
          options: {
            to: { value: 'NAME', about: 'whither' },
            out: { value: 'FILE', about: 'where to' },
            pair: { value: 'A=B', about: 'pairs', many: true },
            loud: { about: 'louder' },
          },
          json: 'all',
          examples: [['kms one round', '']],
          run: nothing,
        }),
    },
    other: {
      summary: 'never loaded',
      load: async () => {
        throw new Error('it was loaded');
      },
    },
    secret: { summary: 'for machines', hidden: true, load: async () => told },
  },
};

describe('a command line', () => {
  const parse = async (...words: string[]) => {
    const found = await findCommand(told, ['one', ...words]);
    if ('group' in found) throw new Error('no command');
    return parseCommand(found.path, found.command, found.rest);
  };

  it('loads the module of the command it names, and no other', async () => {
    expect(await findCommand(told, ['one', 'x'])).toMatchObject({ path: ['one'], rest: ['x'] });
    expect(await findCommand(told, ['--help'])).toMatchObject({ path: [], rest: ['--help'], group: told });
    await expect(findCommand(told, ['other'])).rejects.toThrow('it was loaded');
  });

  it('becomes values by the names of the options, and arguments', async () => {
    expect(await parse('--to', 'here', 'round', '--pair', 'a=1', '--loud', '--pair=b=2')).toEqual({
      values: { to: 'here', pair: ['a=1', 'b=2'], loud: true, out: undefined, json: undefined, quiet: undefined },
      args: ['round'],
    });
  });

  it('may have arguments that look like options, where they are foreseen', async () => {
    expect(await parse('round', '-3h', '--loud')).toMatchObject({ args: ['round', '-3h'], values: { loud: true } });
    await expect(parse('round', '-x')).rejects.toThrow("unknown option '-x'");
  });

  it.each([
    [[], 'missing required argument'],
    [['oval'], "'oval' is invalid for argument 'SHAPE'"],
    [['round', 'a', 'b'], 'too many arguments'],
    [['round', '--to'], 'argument missing'],
    [['round', '--tow', 'x'], 'Did you mean --to?'],
    [['round', '--loud=yes'], 'unknown option'],
  ])('is refused when it is wrong: %j', async (words, message) => {
    await expect(parse(...words)).rejects.toThrow(message);
  });
});

describe('what a shell completes', () => {
  const words = async (...typed: string[]) => (await candidatesFor(told, typed)).map(([word]) => word);

  it.each<[string[], string[]]>([
    [[''], ['one', 'other', '--help']],
    [['ot'], ['other']],
    [
      ['one', ''],
      ['round', 'square'],
    ],
    [['one', 'r'], ['round']],
    [['one', 'round', ''], [':files']],
    [
      ['one', '--to', 'here', ''],
      ['round', 'square'],
    ],
    [['one', '--to', ''], []],
    [['one', '--out', 'a'], [':files']],
    [
      ['one', '--pair', 'a=1', '--loud', '--'],
      ['--to', '--out', '--pair', '--json', '--quiet', '--help'],
    ],
    [['one', 'round', '--lo'], ['--loud']],
    [['nope', ''], []],
  ])('after %j: %j', async (typed, expected) => {
    expect(await words(...typed)).toEqual(expected);
  });
});
