import { access } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { missing, type ProgramAnswer, type ProgramCall, ProgramError } from '../../exercises/lesson.ts';

const patienceSeconds = 10;

/** What the thread sends: an answer to each call, or why there is none. */
export type Sent = readonly ProgramAnswer[] | string;

/** Calls functions of a student's program: see `Look.calls`. */
export const callProgram = async (file: string, calls: readonly ProgramCall[]): Promise<readonly ProgramAnswer[]> => {
  await access(file).catch(() => missing(`${file} is not there`));
  const worker = new Worker(new URL('program-thread.ts', import.meta.url), {
    workerData: { file, calls },
    stdout: true, // what it prints is not the check's
    stderr: true,
  });
  const timer = setTimeout(() => void worker.terminate(), patienceSeconds * 1000);
  try {
    const sent = await new Promise<Sent>((resolve) => {
      worker.once('message', resolve);
      worker.once('error', (error) => resolve(error instanceof Error ? error.message : String(error)));
      worker.once('exit', () => resolve(`it did not answer within ${patienceSeconds} seconds`));
    });
    if (typeof sent === 'string') throw new ProgramError(sent);
    return sent;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
};
