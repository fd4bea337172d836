import { command, dataOption } from '../command.ts';
import { lessonArgument, lessonIn, lessonNamed } from './lessons.ts';
import { begunState, keepState } from './state.ts';

export const hint = command({
  summary: 'tell one hint more',
  about: 'Each call tells the hints so far, and one more.',
  arguments: [lessonArgument],
  options: dataOption,
  json: 'one object: lesson, hints, left (how many there are still)',
  examples: [['kms course hint 2', 'the first hint; called again, the second too']],
  async run({ values, args: [number = ''], note }) {
    const folder = lessonNamed(number);
    const { hints } = await lessonIn(folder);
    const state = await begunState(values, folder);
    const hintsTold = Math.min(state.hintsTold + 1, hints.length);
    if (hintsTold !== state.hintsTold) await keepState(values, folder, { ...state, hintsTold });
    const told = hints.slice(0, hintsTold);
    const left = hints.length - hintsTold;
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ lesson: folder.number, hints: told, left })}\n`
        : told.map((text, index) => `${index + 1}. ${text}\n`).join(''),
    );
    note(left > 0 ? `note: ${left} more` : `note: that was the last; kms course solution ${folder.number}`);
    return 0;
  },
});
