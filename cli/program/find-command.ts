import type { Command, Group } from '../command.ts';

export type Found =
  | { readonly path: readonly string[]; readonly rest: readonly string[]; readonly group: Group }
  | { readonly path: readonly string[]; readonly rest: readonly string[]; readonly command: Command };

/** Follows words from group to group, and loads what they name; `rest` is what comes after. */
export const findCommand = async (
  group: Group,
  words: readonly string[],
  path: readonly string[] = [],
): Promise<Found> => {
  const [name, ...rest] = words;
  const entry = name !== undefined && Object.hasOwn(group.commands, name) ? group.commands[name] : undefined;
  if (name === undefined || entry === undefined) return { path, rest: words, group };
  const loaded = await entry.load();
  const deeper = [...path, name];
  return 'commands' in loaded ? findCommand(loaded, rest, deeper) : { path: deeper, rest, command: loaded };
};
