import { writeFile } from 'node:fs/promises';
import { afterAll, expect, it } from 'vitest';
import { lookNow } from '../../../cli/principals/look-now.ts';
import { listen } from '../../../local/server.ts';
import { openLocalService } from '../../../local/service.ts';
import { newFolder, removeFolders } from '../../e2e/folders.ts';

afterAll(removeFolders);

it('a service that is asked to look has the principals of now in force when it answers', async () => {
  const data = await newFolder();
  const service = await openLocalService({ dataDir: data, inMemory: true, log: () => {} });
  const server = await listen(service, { host: '127.0.0.1', port: 0 });
  await writeFile(service.folder.path('endpoint'), `http://127.0.0.1:${server.port}\n`);
  // twice: it would look by itself between the two, or not at all
  for (const id of ['777788889999', '888899990000']) {
    await writeFile(service.folder.path('principals.json'), JSON.stringify({ accounts: [{ id, users: [carol] }] }));
    expect(await lookNow({ data })).toBe(true);
    expect(service.principals.all().map(({ arn }) => arn)).toEqual([`arn:aws:iam::${id}:user/carol`]);
  }
  await server.stop();
  await service.close();
  expect(await lookNow({ data })).toBe(false);
});

const carol = { name: 'carol', accessKeyId: 'AKIAEXAMPLE000CAROL0', secretAccessKey: 'x'.repeat(40) };
