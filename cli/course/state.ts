import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Failure } from '../../local/failure.ts';
import { writeFileAtomically } from '../../local/files.ts';
import { dataDirFrom } from '../../local/options.ts';
import type { Place } from '../principals-of.ts';
import type { LessonFolder } from './lessons.ts';

/** A user, role session or root of a lesson that was begun. */
export interface Actor {
  /** By the declaration's name. */
  readonly account: string;
  readonly accountId: string;
  readonly arn: string;
  /** Of the AWS configuration, where the service is not the local one. */
  readonly profile?: string | undefined;
}

/** What is known of a lesson between commands. */
export interface State {
  /** How often it was begun; part of its account ids. */
  readonly round: number;
  /** The work folder, absolute. */
  readonly folder: string;
  readonly endpoint: string;
  readonly region: string;
  /** The service is not the local one: no clock, no audit records. */
  readonly remote: boolean;
  /** By the names of the declaration. */
  readonly actors: Readonly<Record<string, Actor>>;
  readonly facts: Readonly<Record<string, string>>;
  readonly hintsTold: number;
  readonly passed: boolean;
}

const fileOf = ({ data }: Place, { number }: LessonFolder): string =>
  join(resolve(dataDirFrom(data, process.env)), 'course', `${number}.json`);

/** @returns undefined for a lesson that was never begun */
export const stateOf = async (place: Place, lesson: LessonFolder): Promise<State | undefined> => {
  const text = await readFile(fileOf(place, lesson), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  return text === undefined ? undefined : (JSON.parse(text) as State); // as it was written below
};

/** @throws {Failure} when the lesson is not begun */
export const begunState = async (place: Place, lesson: LessonFolder): Promise<State> => {
  const state = await stateOf(place, lesson);
  if (state !== undefined) return state;
  throw new Failure({
    what: `lesson ${lesson.number} is not begun`,
    why: `${fileOf(place, lesson)} is not there`,
    hint: `begin it: kms course start ${lesson.number}; or name the data folder of the service with --data DIR`,
  });
};

export const keepState = async (place: Place, lesson: LessonFolder, state: State): Promise<void> => {
  const file = fileOf(place, lesson);
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
  await writeFileAtomically(file, `${JSON.stringify(state, undefined, 2)}\n`, 0o600);
};

/** Who the student is unless a profile is named. */
export const firstOf = ({ actors }: State): string => Object.keys(actors)[0] ?? '';
