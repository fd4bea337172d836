import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer } from './program.ts';

// Runs a function of a student's program in a thread of its own: started by program.ts.

const { file, name, parameters } = workerData as { file: string; name: string; parameters: unknown[] }; // as it sends

const answerOf = async (): Promise<Answer> => {
  try {
    const program: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href);
    const called = program[name];
    if (typeof called !== 'function') return { error: `it exports no function ${name}` };
    return { result: await called(...parameters) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
};

parentPort?.postMessage(await answerOf());
