import { join, relative } from 'node:path';
import type { Lesson } from '../../exercises/lesson.ts';
import { factsOf } from '../table.ts';
import type { LessonFolder } from './lessons.ts';
import type { State } from './state.ts';

/** A lesson that was begun: for people, or one JSON line. */
export const toldBegun = (
  { number, folder }: LessonFolder,
  { title, minutes, clock, quotas }: Lesson,
  state: State,
  already: boolean,
  json: boolean,
): string => {
  const users = Object.entries(state.actors).map(([name, { arn }]) => ({ name, arn }));
  const readme = join(folder, 'README.md');
  if (json) {
    const { endpoint } = state;
    const facts = { lesson: number, title, minutes, readme, folder: state.folder, endpoint, users, already };
    return `${JSON.stringify(facts)}\n`;
  }
  const notes = [
    ...(clock ? ['moves the clock of the service: keys of yours that wait for deletion may go'] : []),
    ...(quotas && !state.remote ? [`start the service anew with --quotas ${join(state.folder, quotasFile)}`] : []),
  ];
  return factsOf([
    ['lesson', `${number}, ${title}; some ${minutes} minutes`],
    ['read', near(readme)],
    ['work in', near(state.folder)],
    ['you are', users.map(({ name }) => name).join(', ')],
    ...notes.map((note) => ['note', note] as const),
    ['then', `cd ${near(state.folder)} && . ./env`],
    ['when done', `kms course check ${number}`],
  ]);
};

/** In the start folder of a lesson whose service throttles. */
export const quotasFile = 'quotas.json';

/** From here, where that is shorter. */
export const near = (path: string): string => {
  const fromHere = relative(process.cwd(), path) || '.';
  return fromHere.startsWith('..') ? path : fromHere;
};
