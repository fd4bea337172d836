import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { ProgramAnswer, ProgramCall } from '../../exercises/lesson.ts';
import type { Sent } from './program.ts';

// Runs functions of a student's program in a thread of its own: started by program.ts.

const { file, calls } = workerData as { file: string; calls: readonly ProgramCall[] }; // as it sends

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const answerTo = async (
  program: Readonly<Record<string, unknown>>,
  [name, ...parameters]: ProgramCall,
): Promise<ProgramAnswer> => {
  const called = program[name];
  if (typeof called !== 'function') return { error: `it exports no function ${name}` };
  try {
    return { result: await called(...parameters) };
  } catch (error) {
    return { error: messageOf(error) };
  }
};

const answers = async (): Promise<Sent> => {
  try {
    const program: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href);
    const all: ProgramAnswer[] = [];
    for (const call of calls) all.push(await answerTo(program, call));
    return all;
  } catch (error) {
    return messageOf(error);
  }
};

parentPort?.postMessage(await answers());
