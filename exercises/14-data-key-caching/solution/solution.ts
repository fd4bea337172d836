import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Lab, solution } from '../../lesson.ts';
import { limits, openAll, sealAll, serviceOf } from '../start/archive.ts';
import type { newDataKeys as NewDataKeys } from '../start/cache.ts';
import { newDataKeys } from './cache.ts';

const program = (): Promise<string> => readFile(new URL('cache.ts', import.meta.url), 'utf8');

/** The program with a part of it written otherwise. */
export const writeChanged = async (lab: Lab, part: string, otherwise: string): Promise<void> => {
  const text = await program();
  if (!text.includes(part)) throw new Error(`there is no ${part} in cache.ts`);
  await lab.write('cache.ts', text.replace(part, otherwise));
};

/** What archive.ts does. */
export const archiveWith = async (lab: Lab, dataKeys: typeof NewDataKeys, opening = dataKeys): Promise<void> => {
  const lines = (await lab.read('letters.txt')).toString().split('\n').filter(Boolean);
  const run = randomUUID();
  const archive = await sealAll(dataKeys(serviceOf(lab.as('alice'), run), limits, Date.now), run, lines);
  await lab.write('sealed.json', JSON.stringify(archive));
  const opened = await openAll(opening(serviceOf(lab.as('alice'), run), limits, Date.now), archive);
  await lab.write('opened.txt', opened.map((line) => `${line}\n`).join(''));
};

export default solution(async (lab) => {
  await lab.write('cache.ts', await program());
  await archiveWith(lab, newDataKeys);
});
