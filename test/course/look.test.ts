import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { begin, beginAnew } from '../../cli/course/begin.ts';
import { type Clients, openClients } from '../../cli/course/clients.ts';
import { newLab } from '../../cli/course/lab.ts';
import { lessonIn, lessonNamed } from '../../cli/course/lessons.ts';
import { newLook } from '../../cli/course/look.ts';
import type { State } from '../../cli/course/state.ts';
import type { Lab, Look } from '../../exercises/lesson.ts';
import { newFolder, removeFolders } from '../e2e/folders.ts';
import { type CourseService, startCourseService } from './service.ts';

describe('what a check sees', () => {
  const folder = lessonNamed('3');
  let service: CourseService;
  let state: State;
  let clients: Clients;
  let student: Lab;
  const look = (): Look => newLook(service, state, clients);
  const namesOf = async (records: ReturnType<Look['records']>) => (await records).map(({ eventName }) => eventName);

  beforeAll(async () => {
    service = await startCourseService();
    state = await begin(service, folder, await lessonIn(folder), { dir: await newFolder() });
    clients = await openClients(service, state);
    student = newLab(service, state, clients);
  });
  afterAll(async () => {
    clients.close();
    await service.close();
    await removeFolders();
  });

  it('tells calls of the student from those of the start and of checks', async () => {
    expect(await namesOf(look().recordsBefore())).toEqual(expect.arrayContaining(['CreateKey', 'CreateAlias']));
    await look().as('alice').listKeys({});
    await look().examiner().listKeys({});
    expect(await look().records()).toEqual([]);

    const { KeyMetadata } = await student.as('alice').describeKey({ KeyId: 'alias/tenants' });
    await expect(student.as('bob').listKeys({})).rejects.toThrow('not authorized');
    const at = look();
    expect(await namesOf(at.records())).toEqual(['DescribeKey', 'ListKeys']);
    expect(await namesOf(at.records({ user: 'bob' }))).toEqual(['ListKeys']);
    expect(await namesOf(at.records({ error: 'none' }))).toEqual(['DescribeKey']);
    expect(await namesOf(at.records({ error: 'AccessDenied', operation: 'ListKeys' }))).toEqual(['ListKeys']);
    expect(await namesOf(at.records({ key: KeyMetadata?.Arn ?? '' }))).toEqual(['DescribeKey']);
    expect(await namesOf(at.records({ key: KeyMetadata?.KeyId ?? '', user: 'bob' }))).toEqual([]);
  });

  it('has an examiner who changes nothing', async () => {
    const { KeyMetadata } = await look().examiner().describeKey({ KeyId: 'alias/tenants' });
    await expect(look().examiner().disableKey({ KeyId: KeyMetadata?.KeyId })).rejects.toThrow('not authorized');
    await expect(
      look()
        .examiner()
        .encrypt({ KeyId: 'alias/tenants', Plaintext: Buffer.of(1) }),
    ).rejects.toThrow();
  });

  it('stays in the work folder', async () => {
    await expect(look().read('nothing.txt')).rejects.toThrow('nothing.txt is not there');
    expect(() => look().path('../elsewhere')).toThrow('no file ../elsewhere');
    expect(await look().files()).toEqual(expect.arrayContaining(['blue.txt', 'env']));
  });

  it("tries a student's program out with one of the lesson's own, which hands it functions", async () => {
    const drill = join(await newFolder(), 'drill.ts');
    await mkdir(dirname(drill));
    await writeFile(
      drill,
      `export const tried = async (path: string) => {
         const asked: number[] = [];
         await (await import(path)).fetchAll(async (page: number) => asked.push(page) < 3);
         return asked;
       };`,
    );
    await student.write(
      'fetch.ts',
      `export const fetchAll = async (next: (page: number) => Promise<boolean>) => {
         for (let page = 1; await next(page); page += 1);
       };`,
    );
    const at = newLook(service, state, clients);
    expect(await at.call(pathToFileURL(drill), 'tried', at.path('fetch.ts'))).toEqual([1, 2, 3]);
    await expect(at.call(pathToFileURL(drill), 'tried', at.path('nothing.ts'))).rejects.toThrow('nothing.ts');
    await at.close();
  });

  it('has nothing of the round before, and the users of that round cannot call any more', async () => {
    const gone = student.as('alice');
    const before = state;
    state = await beginAnew(service, folder, await lessonIn(folder));
    expect(state.round).toBe(before.round + 1);
    clients.close();
    clients = await openClients(service, state);
    expect(await look().records()).toEqual([]);
    expect((await look().examiner().listKeys({})).Keys).toHaveLength(1);
    await expect(gone.listKeys({})).rejects.toThrow('security token');
  });

  it('may move the clock, on a local service', async () => {
    const before = Date.now();
    const lab = newLab(service, state, clients);
    await lab.clock('+8d');
    const { KeyMetadata } = await lab.as('alice').createKey({});
    expect(Number(KeyMetadata?.CreationDate)).toBeGreaterThan(before + 8 * 86_400_000 - 1000);
    const elsewhere = newLab(service, { ...state, remote: true }, clients);
    await expect(elsewhere.clock('+8d')).rejects.toThrow('only a local service');
  });
});
