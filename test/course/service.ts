import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LessonFolder } from '../../cli/course/lessons.ts';
import { quotasFile } from '../../cli/course/told.ts';
import type { Lesson } from '../../exercises/lesson.ts';
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

export type CourseService = Awaited<ReturnType<typeof startCourseService>>;

/** Services for lessons. */
export const newCourseServices = () => {
  const services: CourseService[] = [];
  const start = async (quotas?: string): Promise<CourseService> => {
    const service = await startCourseService(quotas);
    services.push(service);
    return service;
  };
  let shared: Promise<CourseService> | undefined;
  return {
    /** A clock that was moved is moved for all, and so are quotas: those lessons have a service each, the others share one. */
    for({ folder }: LessonFolder, { clock, quotas }: Lesson): Promise<CourseService> {
      if (quotas) return start(join(folder, 'start', quotasFile));
      if (clock) return start();
      shared ??= start();
      return shared;
    },
    async close() {
      for (const service of services) await service.close();
    },
  };
};
