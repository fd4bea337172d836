import { expect, it } from 'vitest';
import { newTurns } from '../../local/turns.ts';

it('lets those go on together who came in one turn of the event loop, in their order, step by step', async () => {
  const nextTurn = newTurns();
  const log: string[] = [];
  const come = async (name: string) => {
    await nextTurn();
    log.push(`${name} goes on`);
    await Promise.resolve();
    log.push(`${name} goes further`);
  };
  const first = ['one', 'two'].map(come);
  await Promise.resolve();
  first.push(come('three')); // of the same turn still
  expect(log).toEqual([]);
  await Promise.all(first);
  expect(log).toEqual([
    ...['one', 'two', 'three'].map((name) => `${name} goes on`),
    ...['one', 'two', 'three'].map((name) => `${name} goes further`),
  ]);

  const later = come('later');
  await Promise.resolve();
  expect(log).toHaveLength(6);
  await later;
  expect(log.slice(6)).toEqual(['later goes on', 'later goes further']);
});
