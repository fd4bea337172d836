import { readFile } from 'node:fs/promises';
import { type Lab, solution } from '../../lesson.ts';
import { settings, ship } from '../start/ship.ts';
import { newRetrying } from './retry.ts';

const program = (): Promise<string> => readFile(new URL('retry.ts', import.meta.url), 'utf8');

/** The program with a part of it written otherwise. */
export const writeChanged = async (lab: Lab, part: string, otherwise: string): Promise<void> => {
  const text = await program();
  if (!text.includes(part)) throw new Error(`there is no ${part} in retry.ts`);
  await lab.write('retry.ts', text.replace(part, otherwise));
};

export default solution(async (lab) => {
  await lab.write('retry.ts', await program());
  await lab.write('shipped.txt', await ship(lab.as('alice'), newRetrying(settings)));
});
