import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { begin, beginAnew } from '../../cli/course/begin.ts';
import { openClients } from '../../cli/course/clients.ts';
import { isPassed, type Judged, judge } from '../../cli/course/judge.ts';
import { newLab } from '../../cli/course/lab.ts';
import { type LessonFolder, lessonFolders, lessonIn } from '../../cli/course/lessons.ts';
import { begunState } from '../../cli/course/state.ts';
import type { Solution, Wrong } from '../../exercises/lesson.ts';
import { newFolder, removeFolders } from '../e2e/folders.ts';
import { type CourseService, newCourseServices } from './service.ts';

/** What the tests of a lesson do with it. */
const openLesson = async (service: CourseService, folder: LessonFolder) => {
  const lesson = await lessonIn(folder);
  await begin(service, folder, lesson, { dir: await newFolder() });
  return {
    check: async () => judge(service, lesson, await begunState(service, folder)),
    reset: () => beginAnew(service, folder, lesson),
    async attempt(solve: Solution) {
      const state = await begunState(service, folder);
      const clients = await openClients(service, state);
      try {
        await solve(newLab(service, state, clients));
      } finally {
        clients.close();
      }
    },
  };
};

const missingOf = (judged: readonly Judged[]) => judged.filter(({ state }) => state !== 'done');

const load = async (...path: string[]) => (await import(pathToFileURL(join(...path)).href)).default;

/** Every lesson from one number to another: its check takes the solution, and no wrong attempt. */
export const testLessons = async (from: string, to: string): Promise<void> => {
  const folders = lessonFolders().filter(({ number }) => number >= from && number <= to);
  const services = newCourseServices();
  for (const folder of folders) {
    const content = await lessonIn(folder);
    const { title, parts } = content;
    const wrongs = await readdir(join(folder.folder, 'wrong'));

    describe(`lesson ${folder.number}, ${title}`, () => {
      let service: CourseService;
      let lesson: Awaited<ReturnType<typeof openLesson>>;
      beforeAll(async () => {
        service = await services.for(folder, content);
        lesson = await openLesson(service, folder);
      });

      it('is not passed when it is only begun, and says what is missing', async () => {
        const [first] = missingOf(await lesson.check());
        expect(first).toMatchObject({ state: 'missing', why: expect.stringMatching(/./) });
      });

      it.each(wrongs)('is not passed by wrong/%s, and says which part is missing', async (name) => {
        const { part, attempt }: Wrong = await load(folder.folder, 'wrong', name);
        expect(Object.keys(parts)).toContain(part);
        await lesson.reset();
        await lesson.attempt(attempt);
        const [first] = missingOf(await lesson.check());
        expect(first).toMatchObject({ part, state: 'missing' });
      });

      it('is passed by its solution', async () => {
        await lesson.reset();
        await lesson.attempt(await load(folder.folder, 'solution', 'solution.ts'));
        const judged = await lesson.check();
        expect(missingOf(judged)).toEqual([]);
        expect(isPassed(judged)).toBe(true);
      });
    });
  }

  afterAll(async () => {
    await services.close();
    await removeFolders();
  });
};
