import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LessonFolder } from '../../cli/course/lessons.ts';
import { quotasFile } from '../../cli/course/told.ts';
import { listen } from '../../local/server.ts';
import { openLocalService } from '../../local/service.ts';
import { newFolder } from '../e2e/folders.ts';

/**
 * A service on disk in this process, found by its data folder as every command finds it.
 *
 * @param quotas the file of `--quotas`
 */
export const startCourseService = async (quotas?: string) => {
  const data = await newFolder();
  const service = await openLocalService({ dataDir: data, quotas, log: () => {} });
  const server = await listen(service, { host: '127.0.0.1', port: 0 });
  await writeFile(service.folder.path('endpoint'), `http://127.0.0.1:${server.port}\n`);
  return {
    data,
    async close() {
      await server.stop();
      await service.close();
    },
  };
};

/** Those of a lesson about throttling. */
export const quotasIn = ({ folder }: LessonFolder): string => join(folder, 'start', quotasFile);

export type CourseService = Awaited<ReturnType<typeof startCourseService>>;
