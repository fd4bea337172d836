import { command, dataOption } from '../command.ts';
import { styled } from '../look.ts';
import { tableOf } from '../table.ts';
import { lessonFolders, lessonIn } from './lessons.ts';
import { stateOf } from './state.ts';

export const list = command({
  summary: 'tell the lessons, and how far you are',
  options: dataOption,
  json: 'a line each: lesson, title, minutes, clock (whether it moves the clock), state, readme',
  examples: [['kms course list', 'a table of the lessons']],
  async run({ values }) {
    const all = await Promise.all(
      lessonFolders().map(async (folder) => {
        const { title, minutes, clock = false } = await lessonIn(folder);
        const state = await stateOf(values, folder);
        const how = state === undefined ? 'not begun' : state.passed ? 'passed' : 'begun';
        return { lesson: folder.number, title, minutes, clock, state: how, readme: `${folder.folder}/README.md` };
      }),
    );
    const rows = all.map(({ lesson, title, minutes, clock, state }) => [
      lesson,
      title,
      `${minutes}`,
      clock ? 'moves the clock' : '',
      state === 'passed' ? styled('green', state) : state,
    ]);
    process.stdout.write(
      values.json
        ? all.map((each) => `${JSON.stringify(each)}\n`).join('')
        : tableOf(['lesson', 'title', 'minutes', '', 'state'], rows),
    );
    return 0;
  },
});
