import { pathToFileURL } from 'node:url';

interface Limits {
  readonly messages: number;
  readonly bytes: number;
  readonly ageMs: number;
}

/** A message to seal, or a wrapped data key to open, at a time. */
export interface Step {
  readonly atMs: number;
  /** Of the message. */
  readonly bytes?: number;
  /** Which data key, from 1, is to be opened. */
  readonly key?: number;
}

/** What came of it. */
export interface Drilled {
  /** For each step, which data key it got, in the order in which KMS made them, from 1; or the message of an error. */
  readonly got: readonly (number | string)[];
  /** How often KMS was asked. */
  readonly calls: number;
}

/** Runs in the student's thread, so that functions can be handed over. @param how `apart`: each step after the other */
export const drilled = async (
  path: string,
  limits: Limits,
  steps: readonly Step[],
  how: 'apart' | 'together' | 'failing first',
): Promise<Drilled> => {
  const { newDataKeys } = await import(pathToFileURL(path).href);
  if (typeof newDataKeys !== 'function') throw new Error('cache.ts exports no function newDataKeys');
  let now = 0;
  let calls = 0;
  let made = 0;
  const called = async () => {
    calls += 1;
    const isFirst = calls === 1;
    await new Promise((go) => setTimeout(go, 1)); // as over a network
    if (how === 'failing first' && isFirst) throw new Error('KMS does not answer');
  };
  const service = {
    async generate() {
      await called();
      made += 1;
      return { clear: new Uint8Array(32).fill(made), wrapped: Uint8Array.of(0, made) };
    },
    async unwrap(wrapped: Uint8Array) {
      await called();
      return new Uint8Array(32).fill(wrapped[1] ?? 0);
    },
  };
  const dataKeys = newDataKeys(service, limits, () => now);
  const step = async ({ atMs, bytes, key }: Step): Promise<number | string> => {
    now = atMs;
    try {
      if (key !== undefined) return (await dataKeys.toOpen(Uint8Array.of(0, key)))[0];
      const { clear, wrapped } = await dataKeys.toSeal(bytes);
      return clear[0] === wrapped[1] ? clear[0] : 'a data key in clear with another one wrapped';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  if (how === 'together') return { got: await Promise.all(steps.map(step)), calls };
  const got: (number | string)[] = [];
  for (const one of steps) got.push(await step(one));
  return { got, calls };
};
