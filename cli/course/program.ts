import { access } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { missing, ProgramError } from '../../exercises/lesson.ts';

const patienceSeconds = 10;

/** What the thread answers. */
export type Answer = { readonly result: unknown } | { readonly error: string };

/** @see Look.call */
export const callProgram = async (file: string, name: string, parameters: readonly unknown[]): Promise<unknown> => {
  await access(file).catch(() => missing(`${file} is not there`));
  const worker = new Worker(new URL('program-thread.ts', import.meta.url), {
    workerData: { file, name, parameters },
    stdout: true, // what it prints is not the check's
    stderr: true,
  });
  const timer = setTimeout(() => void worker.terminate(), patienceSeconds * 1000);
  try {
    const answer = await new Promise<Answer>((resolve) => {
      worker.once('message', resolve);
      worker.once('error', (error) => resolve({ error: error instanceof Error ? error.message : String(error) }));
      worker.once('exit', () => resolve({ error: `did not answer within ${patienceSeconds} seconds` }));
    });
    if ('result' in answer) return answer.result;
    throw new ProgramError(answer.error);
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
};
