import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Solution } from '../../exercises/lesson.ts';
import { command } from '../command.ts';
import { styled } from '../look.ts';
import { principalsOption } from '../principals/edit.ts';
import { openClients } from './clients.ts';
import { newLab } from './lab.ts';
import { type LessonFolder, lessonArgument, lessonNamed } from './lessons.ts';
import { begunState } from './state.ts';
import { near } from './told.ts';

export const solution = command({
  summary: 'tell the solution',
  about: 'In TypeScript and as commands of the AWS CLI, and where they are. With --run, the first does the lesson.',
  arguments: [lessonArgument],
  options: {
    run: { about: 'have it done in the work folder' },
    ...principalsOption,
  },
  json: 'one object: lesson, files (each: path, text); with --run: lesson, done',
  examples: [
    ['kms course solution 2 | less', 'the files of the solution'],
    ['kms course solution 2 --run && kms course check 2', 'see it done'],
  ],
  async run({ values, args: [number = ''], note }) {
    const folder = lessonNamed(number);
    if (values.run) {
      const state = await begunState(values, folder);
      const clients = await openClients(values, state);
      try {
        await (await solutionOf(folder))(newLab(values, state, clients));
      } finally {
        clients.close();
      }
      if (values.json) process.stdout.write(`${JSON.stringify({ lesson: folder.number, done: true })}\n`);
      note(`note: done; kms course check ${folder.number}`);
      return 0;
    }
    const names = (await readdir(join(folder.folder, 'solution'))).sort();
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(folder.folder, 'solution', name);
        return { path, text: await readFile(path, 'utf8') };
      }),
    );
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ lesson: folder.number, files })}\n`
        : files.map(({ path, text }) => `${styled('bold', `# ${near(path)}`)}\n\n${text}`).join('\n'),
    );
    return 0;
  },
});

const solutionOf = async ({ folder }: LessonFolder): Promise<Solution> => {
  const { default: solve } = await import(pathToFileURL(join(folder, 'solution', 'solution.ts')).href);
  return solve as Solution; // so every lesson exports it
};
