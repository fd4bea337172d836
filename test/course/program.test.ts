import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../cli/course/program.ts';
import { Missing, ProgramError } from '../../exercises/lesson.ts';

describe("a student's program", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kms-course-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const written = async (name: string, text: string, patienceSeconds = 5) => {
    await writeFile(join(folder, name), text);
    return runProgram(join(folder, name), patienceSeconds);
  };

  it('is called many times in one run, and what fails does not stop the others', async () => {
    const program = await written(
      'counts.ts',
      `let count: number = 0;
       export const next = () => ++count;
       export const reversed = async (bytes: Uint8Array) => bytes.toReversed();
       export const fails = () => { throw new Error('I cannot'); };
       console.log('hello');`,
    );
    expect(await program.calls([['next'], ['fails'], ['nothing'], ['next']])).toEqual([
      { result: 1 },
      { error: 'I cannot' },
      { error: 'it exports no function nothing' },
      { result: 2 },
    ]);
    expect(await program.calls([['next'], ['reversed', Buffer.from([1, 2])]])).toEqual([
      { result: 3 },
      { result: Uint8Array.of(2, 1) },
    ]);
    await program.close();
  });

  it('is stopped when it does not answer, and says so again when it is asked again', async () => {
    const program = await written('hangs.ts', 'export const hang = () => { for (;;); };', 0.3);
    await expect(program.calls([['hang']])).rejects.toThrow('did not answer within 0.3 seconds');
    await expect(program.calls([['hang']])).rejects.toThrow('did not answer within 0.3 seconds');
  });

  it.each([
    ['missing.ts', 'export const run = (;', /./],
    ['throws.ts', "throw new Error('no good'); export const run = 1;", /no good/],
    ['ends.ts', 'process.exit(3);', /it ended/],
    ['odd.ts', 'export const run = () => () => 1;', /cannot be passed on/],
  ])('may be broken: %s', async (name, text, message) => {
    const program = await written(name, text);
    const answer = program.calls([['run']]);
    await expect(answer).rejects.toThrow(ProgramError);
    await expect(answer).rejects.toThrow(message);
    await program.close();
  });

  it('may not be there', async () => {
    await expect(runProgram(join(folder, 'nothing.ts'))).rejects.toThrow(Missing);
  });
});
