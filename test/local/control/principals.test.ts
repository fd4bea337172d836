import { writeFile } from 'node:fs/promises';
import { afterAll, expect, it } from 'vitest';
import { changePrincipals, type Document } from '../../../cli/principals/edit.ts';
import { listen } from '../../../local/server.ts';
import { openLocalService } from '../../../local/service.ts';
import { newFolder, removeFolders } from '../../e2e/folders.ts';

afterAll(removeFolders);

it('a running service has what a command changes in force when the command is done', async () => {
  const data = await newFolder();
  const service = await openLocalService({ dataDir: data, inMemory: true, log: () => {} });
  const server = await listen(service, { host: '127.0.0.1', port: 0 });
  await writeFile(service.folder.path('endpoint'), `http://127.0.0.1:${server.port}\n`);
  // twice: it would look by itself between the two, or not at all
  for (const id of ['777788889999', '888899990000']) {
    expect(await changePrincipals({ data }, '', carolIn(id))).toBe(true);
    expect(service.principals.all().map(({ arn }) => arn)).toEqual([`arn:aws:iam::${id}:user/carol`]);
  }
  await server.stop();
  await service.close();
  expect(await changePrincipals({ data }, '', carolIn('111122223333'))).toBe(false);
});

const carol = { name: 'carol', accessKeyId: 'AKIAEXAMPLE000CAROL0', secretAccessKey: 'x'.repeat(40) };

const carolIn =
  (id: string) =>
  (document: Document): void => {
    document.accounts = [{ id, users: [carol] }];
  };
