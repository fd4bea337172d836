import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { begin } from '../../cli/course/begin.ts';
import { judge } from '../../cli/course/judge.ts';
import { lessonFolders, lessonIn } from '../../cli/course/lessons.ts';
import { findAwsCli } from '../aws-cli.ts';
import { compiledFolder } from '../compiled-folder.ts';
import { newFolder, removeFolders } from '../e2e/folders.ts';
import { newCourseServices } from './service.ts';

const own = ['HOME', 'TMPDIR', 'LANG', 'SystemRoot'];

const aws = await findAwsCli(dirname(await newFolder()));
if (!aws) {
  console.warn(
    'NOT TESTED: the solutions of the lessons as commands of the AWS CLI; there is none of 1.29, or 2.13, or newer',
  );
}

describe.runIf(aws)('the solutions in commands of the AWS CLI', { timeout: 240_000 }, () => {
  const services = newCourseServices();
  afterAll(async () => {
    aws?.stop();
    await services.close();
    await removeFolders();
  });

  it.each(lessonFolders().map((folder) => [folder.number, folder] as const))('pass lesson %s', async (_, folder) => {
    const lesson = await lessonIn(folder);
    const service = await services.for(folder, lesson);
    const state = await begin(service, folder, lesson, { dir: await newFolder() });
    const kept = Object.entries(process.env).filter(([name]) => own.includes(name));
    const env = { ...Object.fromEntries(kept), PATH: aws?.path, NODE_COMPILE_CACHE: compiledFolder };
    await promisify(execFile)('sh', [join(folder.folder, 'solution', 'solution.sh')], { cwd: state.folder, env });
    const judged = await judge(service, lesson, state);
    expect(judged.filter(({ state }) => state !== 'done')).toEqual([]);
  });
});
