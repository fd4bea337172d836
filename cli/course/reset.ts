import { command } from '../command.ts';
import { principalsOption } from '../principals/edit.ts';
import { beginAnew } from './begin.ts';
import { lessonArgument, lessonIn, lessonNamed } from './lessons.ts';
import { toldBegun } from './told.ts';

export const reset = command({
  summary: 'begin a lesson anew',
  about: `Empties the lesson's work folder of all that is in it, and begins the lesson in new accounts. Keys of the old ones stay
where they are; nobody can use them.`,
  arguments: [lessonArgument],
  options: principalsOption,
  json: 'as that of `start`',
  examples: [['kms course reset 2', 'as if lesson 2 had never been begun']],
  async run({ values, args: [number = ''] }) {
    const folder = lessonNamed(number);
    const lesson = await lessonIn(folder);
    const state = await beginAnew(values, folder, lesson);
    process.stdout.write(toldBegun(folder, lesson, state, false, values.json === true));
    return 0;
  },
});
