import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the processes of a run share what is dear to make; outside the repository. */
    readonly runFolder: string;
  }
}

/** When tests are watched, what was made of files that changed since is made again. */
export default async (project: TestProject) => {
  const folder = await mkdtemp(join(tmpdir(), 'tests-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  project.provide('runFolder', folder);
  project.onTestsRerun(async () => {
    await remove();
    await mkdir(folder);
  });
  return remove;
};
