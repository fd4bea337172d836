import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { begin } from '../../cli/course/begin.ts';
import { lessonIn, lessonNamed } from '../../cli/course/lessons.ts';
import { newFolder, removeFolders } from '../e2e/folders.ts';
import { type CourseService, startCourseService } from './service.ts';

let service: CourseService;
beforeAll(async () => {
  service = await startCourseService();
});
afterAll(async () => {
  await service.close();
  await removeFolders();
});

it.skipIf(process.platform === 'win32')(
  // which has no links without rights of their own
  'a work folder anywhere has what a program of the student needs: a Node that runs TypeScript, the SDK, who and where',
  async () => {
    const folder = lessonNamed('1');
    const state = await begin(service, folder, await lessonIn(folder), { dir: await newFolder() });
    await writeFile(
      join(state.folder, 'make.ts'),
      `import { KMS } from '@aws-sdk/client-kms';
       const { KeyMetadata } = await new KMS().createKey({ Description: 'mine' as string });
       console.log(KeyMetadata?.AWSAccountId);`,
    );
    const options = { cwd: state.folder, env: { PATH: '/usr/bin:/bin', HOME: state.folder } };
    const { stdout } = await promisify(execFile)('sh', ['-c', '. ./env && node make.ts'], options);
    expect(stdout).toBe(`${state.actors.alice?.accountId}\n`);
  },
);
