import { createDecipheriv } from 'node:crypto';
import { administrator, type Look, lesson, missing } from '../lesson.ts';
import type { Drilled, Step } from './drill.ts';

const alias = 'alias/archive';
/** Those of archive.ts. */
const limits = { messages: 10, bytes: 2500, ageMs: 300_000 };
/** For the letters in their order. */
const leastKeys = 8;

type How = 'apart' | 'together' | 'failing first';

const drill = async (at: Look, of: Partial<typeof limits>, steps: readonly Step[], how: How = 'apart') =>
  (await at.call(
    new URL('drill.ts', import.meta.url),
    'drilled',
    at.path('cache.ts'),
    { ...limits, ...of },
    steps,
    how,
  )) as Drilled; // as it gives

const expectKeys = ({ got }: Drilled, expected: readonly number[], what: string): void => {
  if (got.join() !== expected.join()) {
    missing(`${what} are to be under the data keys ${expected.join(', ')}; they were under ${got.join(', ')}`);
  }
};

const linesOf = (text: Buffer): readonly string[] => text.toString().split('\n').filter(Boolean);

interface Letter {
  readonly key: string;
  readonly sealed: string;
}

const archiveOf = async (at: Look): Promise<{ readonly run: string; readonly letters: readonly Letter[] }> => {
  try {
    const { run, letters } = JSON.parse((await at.read('sealed.json')).toString());
    if (typeof run === 'string' && Array.isArray(letters)) return { run, letters };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return missing('sealed.json is not as archive.ts writes it');
};

const opened = (key: Uint8Array, text: string): string | undefined => {
  const sealed = Buffer.from(text, 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString();
  } catch {
    return undefined;
  }
};

/** Calls of this run, by its encryption context. */
const callsOf = async (at: Look, operation: string): Promise<number> => {
  const { run } = await archiveOf(at);
  const calls = await at.records({ operation, user: 'alice', error: 'none' });
  return calls.filter(({ requestParameters }) => Object(requestParameters?.encryptionContext).run === run).length;
};

const keysOf = async (at: Look): Promise<ReadonlySet<string>> =>
  new Set((await archiveOf(at)).letters.map(({ key }) => key));

const message = (atMs: number, bytes = 10): Step => ({ atMs, bytes });

export default lesson({
  title: 'Data key caching',
  minutes: 35,
  accounts: { home: { users: { alice: administrator } } },
  async prepare(lab) {
    const kms = lab.as('alice');
    const { KeyMetadata } = await kms.createKey({ Description: 'wraps the data keys of the archive' });
    await kms.createAlias({ AliasName: alias, TargetKeyId: KeyMetadata?.KeyId });
    return {};
  },
  hints: [
    'Keep one entry for sealing: the data key, how many messages and bytes were sealed under it, and until when it is good. Ask whether the message still fits before you count it.',
    'Keep the promise of the data key, not the data key: entry = { key: service.generate(), … }. It is there at once, so those who come while KMS answers share it, and nothing is awaited between looking and counting.',
    'When that promise is rejected, forget the entry, or everybody gets the old error: key.catch(() => { if (entry === mine) entry = undefined; })',
    'For opening, a Map. Its keys are to be texts, such as Buffer.from(wrapped).toString("base64"): two arrays with the same bytes are two keys of a Map.',
    'Then: node archive.ts seal, and once node archive.ts open.',
  ],
  parts: {
    messages: {
      done: 'a data key seals so many messages, and no more',
      async look(look) {
        const drilled = await drill(
          look,
          { messages: 3 },
          Array.from({ length: 7 }, () => message(0)),
        );
        expectKeys(drilled, [1, 1, 1, 2, 2, 2, 3], 'with 3 messages to a data key, 7 messages');
      },
    },
    bytes: {
      done: 'so many bytes, and no more',
      after: ['messages'],
      async look(look) {
        const sizes = [40, 40, 40, 200, 10, 90];
        const drilled = await drill(look, { bytes: 100 }, sizes.map((size) => message(0, size))); // biome-ignore format: one call
        expectKeys(drilled, [1, 1, 2, 3, 4, 4], `with 100 bytes to a data key, messages of ${sizes.join(', ')} bytes`);
      },
    },
    age: {
      done: 'and for so long, and no longer',
      after: ['messages'],
      async look(look) {
        const times = [0, 59_000, 61_000, 119_000, 122_000];
        const drilled = await drill(look, { ageMs: 60_000 }, times.map((time) => message(time))); // biome-ignore format: one call
        expectKeys(drilled, [1, 1, 2, 2, 3], `with an age of 60 seconds, messages at ${times.join(', ')} ms`);
      },
    },
    opening: {
      done: 'to open, each data key is asked for once, and again when it is too old',
      async look(look) {
        const steps = [1, 2, 1, 2, 1].map((key, index) => ({ atMs: index, key }));
        const { got, calls } = await drill(look, {}, steps);
        expectKeys({ got, calls }, [1, 2, 1, 2, 1], 'opened by turns, two wrapped data keys');
        if (calls !== 2) missing(`two wrapped data keys, opened by turns 5 times, took ${calls} calls of KMS`);
        const late = await drill(look, { ageMs: 60_000 }, [{ atMs: 0, key: 1 }, { atMs: 61_000, key: 1 }]); // biome-ignore format: one call
        if (late.calls !== 2)
          missing('a data key to open with is kept beyond its age: a permission taken away never counts');
      },
    },
    together: {
      done: 'it holds for messages that come at once, too, and a failed call is not kept',
      after: ['messages', 'opening'],
      async look(look) {
        const { got, calls } = await drill(
          look,
          { messages: 3 },
          Array.from({ length: 6 }, () => message(0)),
          'together',
        );
        const most = Math.max(...got.map((key) => got.filter((other) => other === key).length));
        if (most > 3) missing(`of 6 messages at once, ${most} are under one data key, and 3 are allowed`);
        if (calls !== 2) missing(`6 messages at once, 3 to a data key, took ${calls} calls of KMS instead of 2`);
        const failed = await drill(look, {}, [message(0), message(0)], 'failing first');
        if (failed.got[1] !== 1) missing(`after a call of KMS that failed, the next message got: ${failed.got[1]}`);
        const unopened = await drill(look, {}, [{ atMs: 0, key: 1 }, { atMs: 0, key: 1 }], 'failing first'); // biome-ignore format: one call
        if (unopened.got[1] !== 1) missing(`after a Decrypt that failed, the next one got: ${unopened.got[1]}`);
      },
    },
    sealed: {
      done: 'sealed.json has all letters, each data key within the limits',
      async look(look) {
        const { run, letters } = await archiveOf(look);
        const lines = linesOf(await look.read('letters.txt'));
        if (letters.length !== lines.length) missing(`there are ${lines.length} letters, and ${letters.length} in it`);
        for (const key of await keysOf(look)) {
          const CiphertextBlob = Buffer.from(key, 'base64');
          const { Plaintext = new Uint8Array() } = await look
            .examiner()
            .decrypt({ KeyId: alias, CiphertextBlob, EncryptionContext: { run } });
          const under = letters.flatMap((letter, index) => (letter.key === key ? [index] : []));
          const wrong = under.find((index) => opened(Plaintext, letters[index]?.sealed ?? '') !== lines[index]);
          if (wrong !== undefined) missing(`letter ${wrong + 1} does not open to what it was`);
          const size = under.reduce((sum, index) => sum + Buffer.byteLength(lines[index] ?? ''), 0);
          if (under.length > limits.messages) missing(`a data key seals ${under.length} letters`);
          if (size > limits.bytes) missing(`a data key seals ${size} bytes`);
        }
      },
    },
    cost: {
      done: 'it took no more calls of KMS than data keys, and no more of those than needed',
      after: ['sealed'],
      records: true,
      async look(look) {
        const keys = (await keysOf(look)).size;
        const generated = await callsOf(look, 'GenerateDataKey');
        if (keys > leastKeys) missing(`there are ${keys} data keys; the limits let you do with ${leastKeys}`);
        if (generated !== keys) missing(`${generated} calls of GenerateDataKey are on record for ${keys} data keys`);
      },
    },
    opened: {
      done: 'opened.txt is letters.txt again, with a Decrypt for each data key',
      after: ['sealed'],
      records: true,
      async look(look) {
        if (!(await look.read('opened.txt')).equals(await look.read('letters.txt'))) {
          missing('opened.txt is not the same as letters.txt');
        }
        const [keys, calls] = [(await keysOf(look)).size, await callsOf(look, 'Decrypt')];
        if (calls === 0) missing('no Decrypt for sealed.json is in the audit log');
        if (calls > keys) missing(`${calls} calls of Decrypt for ${keys} data keys: seal anew, and open once`);
      },
    },
  },
});
