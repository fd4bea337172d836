import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { ProgramAnswer, ProgramCall } from '../../exercises/lesson.ts';
import type { Sent } from './program.ts';

// Runs functions of a student's program in a thread of its own: started by program.ts.

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

type Program = Readonly<Record<string, unknown>>;
const loaded: Promise<Program> = import(pathToFileURL(String(workerData)).href);

const answerTo = async (program: Program, [name, ...parameters]: ProgramCall): Promise<ProgramAnswer> => {
  const called = program[name];
  if (typeof called !== 'function') return { error: `it exports no function ${name}` };
  try {
    return { result: await called(...parameters) };
  } catch (error) {
    return { error: messageOf(error) };
  }
};

const answersTo = async (calls: readonly ProgramCall[]): Promise<Sent> => {
  try {
    const program = await loaded;
    const all: ProgramAnswer[] = [];
    for (const call of calls) all.push(await answerTo(program, call));
    return all;
  } catch (error) {
    return messageOf(error);
  }
};

const send = (sent: Sent): void => {
  try {
    parentPort?.postMessage(sent);
  } catch (error) {
    parentPort?.postMessage(`it gives what cannot be passed on: ${messageOf(error)}`);
  }
};

loaded.catch(() => {}); // told with the first answer
parentPort?.on('message', (calls: readonly ProgramCall[]) => void answersTo(calls).then(send));
