import type { DecryptCommandOutput } from '@aws-sdk/client-kms';
import { administrator, type Look, lesson, missing } from '../lesson.ts';
import type { Trial, Tried } from './drill.ts';

const throttled = 'ThrottlingException';
const generous = { baseMs: 100, capMs: 1000, attempts: 10, budget: 100, random: [0.999] };

const tryOut = async (at: Look, trial: Trial): Promise<readonly Tried[]> =>
  (await at.call(new URL('drill.ts', import.meta.url), 'tried', at.path('retry.ts'), trial)) as readonly Tried[]; // as it gives

const inWords = (waits: readonly number[]): string => (waits.length === 0 ? 'none' : waits.map(Math.round).join(', '));

/** To the millisecond, or to a hundredth. */
const areNear = (waits: readonly number[], expected: readonly number[]): boolean =>
  waits.length === expected.length &&
  waits.every((ms, index) => Math.abs(ms - (expected[index] ?? 0)) <= Math.max(1, ms / 100));

/** Of 40 in a burst, 10 or some more are within the quota. */
const atLeast = 15;

/** The check has no more requests a second than the student. */
const patiently = async (decrypt: () => Promise<DecryptCommandOutput>): Promise<DecryptCommandOutput> => {
  for (let left = 100; ; left -= 1) {
    try {
      return await decrypt();
    } catch (error) {
      if (left === 0 || !(error instanceof Error && error.name === throttled)) throw error;
      await new Promise((go) => setTimeout(go, 100));
    }
  }
};

export default lesson({
  title: 'Throttling and backoff',
  minutes: 30,
  quotas: true,
  accounts: { home: { users: { alice: administrator } } },
  async prepare(lab) {
    const kms = lab.as('alice');
    const { KeyMetadata } = await kms.createKey({ Description: 'events' });
    await kms.createAlias({ AliasName: 'alias/events', TargetKeyId: KeyMetadata?.KeyId });
    return {};
  },
  hints: [
    'A loop around try and catch: a result is returned, and an error is thrown again unless its name is ThrottlingException and there is an attempt left.',
    'Before retry n, counted from 0: await sleep(random() * Math.min(capMs, baseMs * 2 ** n)). Full jitter takes a random part of all of it, so that two who were refused together do not come again together.',
    'The tokens are one number for all calls: let tokens = budget, in newRetrying, but outside of the function that it returns. A retry needs a whole one: if (tokens < 1) throw error.',
    'Each success: tokens = Math.min(budget, tokens + 0.5). Whether it took retries or not.',
    'No call is throttled? Stop the service and start it as before, with --quotas and the path of quotas.json besides. Then node ship.ts.',
  ],
  parts: {
    backoff: {
      done: 'the waits grow twofold, up to the longest',
      async look(at) {
        const [one] = await tryOut(at, { ...generous, answers: [[...Array(6).fill(throttled), 'ok']] });
        const expected = [100, 200, 400, 800, 1000, 1000];
        if (one?.outcome !== 'ok') missing(`a call that is throttled 6 times, and then not, ended in ${one?.outcome}`);
        if (!areNear(one?.waits ?? [], expected)) {
          missing(
            `with baseMs 100, capMs 1000 and random at its most, the waits are to be ${inWords(expected)}; they were ${inWords(one?.waits ?? [])}`,
          );
        }
      },
    },
    jitter: {
      done: 'with full jitter: anything from none to all of it',
      after: ['backoff'],
      async look(at) {
        const random = [0.5, 0, 0.9, 0.25];
        const [one] = await tryOut(at, { ...generous, random, answers: [[...Array(4).fill(throttled), 'ok']] });
        const expected = [50, 0, 360, 200];
        if (!areNear(one?.waits ?? [], expected)) {
          missing(
            `with random ${random.join(', ')} the waits are to be ${inWords(expected)}; they were ${inWords(one?.waits ?? [])}`,
          );
        }
      },
    },
    others: {
      done: 'only what was throttled is tried again',
      async look(at) {
        const [one] = await tryOut(at, { ...generous, answers: [['AccessDeniedException', 'ok']] });
        if (one?.attempts !== 1)
          missing(`AccessDeniedException was tried ${one?.attempts} times: it will not get better`);
        if (one.outcome !== 'AccessDeniedException') missing(`in place of AccessDeniedException came ${one.outcome}`);
      },
    },
    attempts: {
      done: 'it gives up after so many attempts',
      async look(at) {
        const [one] = await tryOut(at, { ...generous, attempts: 4, answers: [[throttled]] });
        if (one?.attempts !== 4) missing(`with attempts 4 there were ${one?.attempts}`);
        if (one.outcome !== throttled)
          missing(`when it gives up, ThrottlingException is passed on, not ${one.outcome}`);
      },
    },
    budget: {
      done: 'all calls share a budget of retries',
      after: ['attempts'],
      async look(at) {
        const trial = { ...generous, attempts: 4, budget: 5 };
        const answers = [[throttled], [throttled], [throttled], ['ok'], [throttled], ['ok'], [throttled]];
        const all = (await tryOut(at, { ...trial, answers })).map(({ attempts }) => attempts);
        const expected = [4, 3, 1, 1, 1, 1, 2];
        if (all.join() !== expected.join()) {
          missing(
            `with attempts 4 and budget 5, three calls that are throttled, a success, a throttled one, a success and a throttled one are to take ${expected.join(', ')} attempts; they took ${all.join(', ')}`,
          );
        }
        const full = await tryOut(at, { ...trial, budget: 1, answers: [...Array(8).fill(['ok']), [throttled]] });
        if (full.at(-1)?.attempts !== 2) missing('successes fill the budget up beyond what it was in the beginning');
      },
    },
    throttled: {
      done: 'the service throttled you, and the burst went through all the same',
      records: true,
      async look(at) {
        const calls = await at.records({ operation: 'Encrypt', user: 'alice' });
        const first = calls.findIndex(({ errorCode }) => errorCode === throttled);
        if (first < 0) {
          missing('no Encrypt of yours that was throttled is in the audit log; was the service started with --quotas?');
        }
        const through = calls.slice(first).filter(({ errorCode }) => errorCode === undefined);
        if (through.length < atLeast) missing(`after the first that was, ${through.length} went through: run ship.ts`);
      },
    },
    shipped: {
      done: 'shipped.txt has all 40 events, encrypted under alias/events',
      async look(at) {
        const lines = (await at.read('shipped.txt')).toString().split('\n').filter(Boolean);
        const shipped = new Map(lines.map((line) => [Number(line.split(' ')[0]), line.split(' ')[1] ?? '']));
        const lost = Array.from({ length: 40 }, (_, index) => index + 1).filter((number) => !shipped.has(number));
        if (lost.length > 0) missing(`${lost.length} events are not in it, the first is ${lost[0]}`);
        for (const [number, text] of shipped) {
          const CiphertextBlob = Buffer.from(text, 'base64');
          const { Plaintext = [] } = await patiently(() =>
            at.examiner().decrypt({ CiphertextBlob, KeyId: 'alias/events' }),
          );
          if (Buffer.from(Plaintext).toString() !== `event ${number}`)
            missing(`event ${number} opens to something else`);
        }
      },
    },
  },
});
