import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tokenFile, tokenHeader } from '../local/control/token.ts';
import { Failure } from '../local/failure.ts';

/** Longest wait for an answer, in seconds: all that fetch waits. A clock that is moved does first what is due by then. */
const patienceSeconds = 290;

/**
 * Asks the running service under `/_local/`, with the token of its data folder.
 *
 * @param patience how long to wait for the answer, in seconds
 * @returns the answer, parsed from JSON
 * @throws {Failure} that says what to do when the service does not run or refuses
 */
export const askControl = async (
  dataDir: string,
  name: string,
  input: object,
  patience = patienceSeconds,
): Promise<unknown> => {
  const notRunning = (why: string, cause: unknown) =>
    new Failure(
      { what: `no service runs on the data folder ${dataDir}`, why, hint: 'start it first: npm start' },
      { cause },
    );
  const read = (file: string) => readFile(join(dataDir, file), 'utf8').then((text) => text.trim());
  const [endpoint, token] = await Promise.all([read('endpoint'), read(tokenFile)]).catch((error: unknown) => {
    throw notRunning('none was started there, or it has ended', error);
  });
  const response = await fetch(`${fromHere(endpoint)}/_local/${name}`, {
    method: 'POST',
    headers: { [tokenHeader]: token, 'content-type': 'application/json' },
    body: JSON.stringify(input),
    redirect: 'error',
    signal: AbortSignal.timeout(patience * 1000),
  }).catch((error: unknown) => {
    if (!isTimeout(error)) throw notRunning(`nothing answers at ${endpoint}`, error);
    const what = `the service at ${endpoint} is at work, and has not answered in ${patience} s; it goes on with what it was asked`;
    throw new Failure(
      { what, why: 'a clock that moves far makes much due', hint: 'ask again later' },
      { cause: error },
    );
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  const { message } = (answer ?? {}) as { message?: unknown }; // of any form: it is only shown
  const failed = response.status >= 500;
  throw new Failure({
    what: typeof message === 'string' ? message : `the service at ${endpoint} answered with ${response.status}`,
    why: failed ? 'that is a fault of the service' : 'the service refused what it was asked, and did nothing',
    hint: failed ? 'read its log' : 'ask for something else; --help tells what can be asked',
  });
};

const isTimeout = (error: unknown): boolean => error instanceof DOMException && error.name === 'TimeoutError';

/** A service that listens on every address is reached on loopback. */
export const fromHere = (endpoint: string): string =>
  endpoint.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
