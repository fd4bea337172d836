import { pathToFileURL } from 'node:url';

/** One use of a program under trial: what its calls are answered, in order; the last answer stays. */
export interface Trial {
  readonly baseMs: number;
  readonly capMs: number;
  readonly attempts: number;
  readonly budget: number;
  /** What `random` gives, again and again. */
  readonly random: readonly number[];
  /** For each call: `ok`, or the name of an error. */
  readonly answers: readonly (readonly string[])[];
}

/** What the program made of a call. */
export interface Tried {
  readonly attempts: number;
  readonly waits: readonly number[];
  /** `ok`, or the name of the error that it passed on. */
  readonly outcome: string;
}

/** No program that gives up at all makes as many. */
const tooMany = 100;

/** Tries a student's program out: runs in its thread, so that functions can be handed over. */
export const tried = async (path: string, { random, answers, ...numbers }: Trial): Promise<readonly Tried[]> => {
  const { newRetrying } = await import(pathToFileURL(path).href);
  if (typeof newRetrying !== 'function') throw new Error('retry.ts exports no function newRetrying');
  let asked = 0;
  let waits: number[] = [];
  const retrying = newRetrying({
    ...numbers,
    random: () => random[asked++ % random.length] ?? 0,
    sleep: async (ms: number) => {
      waits.push(ms);
    },
  });
  const all: Tried[] = [];
  for (const answersToCall of answers) {
    let attempts = 0;
    waits = [];
    const call = async () => {
      const answer = answersToCall[Math.min(attempts, answersToCall.length - 1)];
      attempts += 1;
      if (attempts > tooMany) throw new Error('it never gives up');
      if (answer !== 'ok') throw Object.assign(new Error(`as if KMS answered ${answer}`), { name: answer });
      return 'ok';
    };
    const outcome = await retrying(call).catch((error: Error) => error?.name);
    all.push({ attempts, waits, outcome: String(outcome) });
  }
  return all;
};
