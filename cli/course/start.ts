import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../local/failure.ts';
import { command } from '../command.ts';
import { principalsOption } from '../principals/edit.ts';
import { begin, refreshEnvironment } from './begin.ts';
import { type LessonFolder, lessonArgument, lessonIn, lessonNamed } from './lessons.ts';
import { remoteFrom, remoteOptions } from './remote.ts';
import { type State, stateOf } from './state.ts';
import { toldBegun } from './told.ts';

const gone = ({ folder: dir }: State, { number }: LessonFolder): never => {
  throw new Failure({
    what: `lesson ${number} was begun, but its work folder is gone`,
    why: `${dir} is not there`,
    hint: `begin anew: kms course reset ${number}`,
  });
};

export const start = command({
  summary: 'begin a lesson',
  about: `Makes accounts, users and keys for this lesson alone, and a work folder with a file \`env\` for your shell. A lesson
that is begun stays as it is; only \`env\` is written again.`,
  arguments: [lessonArgument],
  options: {
    dir: { value: 'DIR', about: 'the work folder; new, or empty', byDefault: 'course/NN' },
    ...remoteOptions,
    ...principalsOption,
  },
  json: 'one object: lesson, title, minutes, readme, folder, endpoint, users (name and arn), already',
  examples: [
    ['kms course start 2', 'then: cd course/02 && . ./env'],
    ['kms course start 2 --endpoint https://abc123.execute-api.eu-west-1.amazonaws.com/prod', 'on a deployed service'],
  ],
  async run({ values, args: [number = ''], note }) {
    const folder = lessonNamed(number);
    const lesson = await lessonIn(folder);
    const remote = remoteFrom(values);
    const before = await stateOf(values, folder);
    if (before !== undefined) await access(before.folder).catch(() => gone(before, folder));
    if (before?.remote === false) await refreshEnvironment(values, folder, lesson, before);
    const state =
      before ?? (await begin(values, folder, lesson, { dir: values.dir ?? join('course', folder.number), remote }));
    if (before !== undefined) note(`note: the lesson was begun already; kms course reset ${folder.number} begins anew`);
    process.stdout.write(toldBegun(folder, lesson, state, before !== undefined, values.json === true));
    return 0;
  },
});
