import { writeFile } from 'node:fs/promises';
import { listen } from '../../local/server.ts';
import { openLocalService } from '../../local/service.ts';
import { newFolder } from '../e2e/folders.ts';

/** A service on disk in this process, found by its data folder as every command finds it. */
export const startCourseService = async () => {
  const data = await newFolder();
  const service = await openLocalService({ dataDir: data, log: () => {} });
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
