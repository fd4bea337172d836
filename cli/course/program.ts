import { access } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { missing, type ProgramAnswer, type ProgramCall, ProgramError } from '../../exercises/lesson.ts';

/** A program of the student's that runs, in a thread of its own. */
export interface RunningProgram {
  /** Calls functions that it exports, one after the other: see `Look.calls`. */
  calls(calls: readonly ProgramCall[]): Promise<readonly ProgramAnswer[]>;
  close(): Promise<void>;
}

/** What the thread sends: an answer to each call, or why there is none. */
export type Sent = readonly ProgramAnswer[] | string;

/** @throws {Missing} when the file is not there */
export const runProgram = async (file: string, patienceSeconds = 10): Promise<RunningProgram> => {
  await access(file).catch(() => missing(`${file} is not there`));
  const worker = new Worker(new URL('program-thread.ts', import.meta.url), {
    workerData: file,
    stdout: true, // what it prints is not the check's
    stderr: true,
  });
  let ended: string | undefined;
  worker.once('error', (error) => {
    ended ??= error instanceof Error ? error.message : String(error);
  });
  worker.once('exit', () => {
    ended ??= 'it ended';
  });
  return {
    async calls(calls) {
      if (ended !== undefined) throw new ProgramError(ended);
      const sent = await new Promise<Sent>((resolve) => {
        const timer = setTimeout(() => {
          ended ??= `it did not answer within ${patienceSeconds} seconds`;
          void worker.terminate();
        }, patienceSeconds * 1000);
        const end = (answer: Sent) => {
          clearTimeout(timer);
          worker.removeListener('exit', stopped).removeListener('message', end);
          resolve(answer);
        };
        const stopped = () => end(ended ?? 'it ended');
        worker.once('exit', stopped).once('message', end);
        worker.postMessage(calls);
      });
      if (typeof sent === 'string') throw new ProgramError(sent);
      return sent;
    },
    async close() {
      await worker.terminate();
    },
  };
};
