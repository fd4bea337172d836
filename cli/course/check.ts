import { command } from '../command.ts';
import { styled } from '../look.ts';
import { principalsOption } from '../principals/edit.ts';
import { isPassed, type Judged, judge } from './judge.ts';
import { lessonArgument, lessonIn, lessonNamed } from './lessons.ts';
import { begunState, keepState } from './state.ts';

export const check = command({
  summary: 'tell what of a lesson is done',
  about: 'Looks at keys, files and audit records, and tells each part that is missing. It changes nothing.',
  arguments: [lessonArgument],
  options: principalsOption,
  json: 'one object: lesson, title, passed, parts (each: part, done, state, why)',
  examples: [['kms course check 2', 'a line for each part']],
  exits: { 0: 'all of it is done', 1: 'something is missing' },
  async run({ values, args: [number = ''], note }) {
    const folder = lessonNamed(number);
    const lesson = await lessonIn(folder);
    const state = await begunState(values, folder);
    const parts = await judge(values, lesson, state);
    const passed = isPassed(parts);
    if (passed && !state.passed) await keepState(values, folder, { ...state, passed });
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ lesson: folder.number, title: lesson.title, passed, parts })}\n`
        : parts.map(lineOf).join(''),
    );
    note(passed ? `lesson ${folder.number} is passed` : `note: kms course hint ${folder.number} tells a hint`);
    return passed ? 0 : 1;
  },
});

const signs = {
  done: styled('green', '✓'),
  missing: styled('red', '✗'),
  waits: '·',
  unseen: '?',
} as const;

const lineOf = ({ done, state, why }: Judged): string =>
  `${signs[state]} ${done}\n${why === '' ? '' : `  ${state === 'missing' ? 'missing: ' : ''}${why}\n`}`;
