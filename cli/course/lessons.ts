import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Lesson } from '../../exercises/lesson.ts';
import { UsageError } from '../../local/options.ts';

/** A lesson is a folder. */
export interface LessonFolder {
  /** `02` */
  readonly number: string;
  /** Absolute. */
  readonly folder: string;
}

const exercises = fileURLToPath(new URL('../../exercises', import.meta.url));

/** Every lesson there is, in order. */
export const lessonFolders = (): readonly LessonFolder[] =>
  readdirSync(exercises)
    .filter((name) => /^\d\d-/.test(name))
    .sort()
    .map((name) => ({ number: name.slice(0, 2), folder: join(exercises, name) }));

/** The declaration in a folder. */
export const lessonIn = async ({ folder }: LessonFolder): Promise<Lesson> => {
  const { default: lesson } = await import(pathToFileURL(join(folder, 'lesson.ts')).href);
  return lesson as Lesson; // so `lesson.ts` of every folder declares it
};

/** @param text `2`, `02` or the folder's whole name */
export const lessonNamed = (text: string): LessonFolder => {
  const wanted = /^\d$/.test(text) ? `0${text}` : text.replace(/\/+$/, '');
  const all = lessonFolders();
  const found = all.find(({ number, folder }) => number === wanted || folder === join(exercises, wanted));
  if (found !== undefined) return found;
  throw new UsageError(`there is no lesson ${text}; there are ${all.map(({ number }) => number).join(', ')}`);
};

/** Which lesson, for the commands of the course. */
export const lessonArgument = {
  name: 'NN',
  about: 'the lesson: 2, or 02',
  suggested: lessonFolders().map(({ number }) => number),
} as const;
