import { randomInt } from 'node:crypto';
import { administrator, type Look, lesson, missing, nobody, type ProgramAnswer } from '../lesson.ts';
import { open, seal } from './start/vault.ts';

const program = 'vault.ts';
const KeyId = 'alias/vault';
const paid = 100;

/** The data key of the old vault, or of the student's. */
const dataKeyOf = async (at: Look, file: string): Promise<Uint8Array> => {
  const { Plaintext } = await at.examiner().decrypt({ KeyId, CiphertextBlob: await at.read(file) });
  return Plaintext?.length === 32 ? Plaintext : missing(`${file} is not a data key of 256 bits`);
};

const testKey = new Uint8Array(32).fill(7);
const testText = new TextEncoder().encode('the same text, again and again and again');

const bytesOf = ({ result, error }: ProgramAnswer = { error: 'no answer' }, name: string): Buffer => {
  if (error !== undefined) missing(`${name}: ${error}`);
  return result instanceof Uint8Array ? Buffer.from(result) : missing(`${name} does not give bytes`);
};

/** The student's seals of one text under one key. */
const seals = async (at: Look, count: number, anew?: 'anew'): Promise<readonly Buffer[]> => {
  const answers = await at.calls(
    program,
    Array.from({ length: count }, () => ['seal', testKey, testText]),
    anew,
  );
  return answers.map((answer) => bytesOf(answer, 'seal'));
};

export default lesson({
  title: 'Nonce reuse and missing authentication',
  minutes: 35,
  accounts: { home: { users: { mallory: nobody, alice: administrator } } },
  async prepare(lab) {
    const kms = lab.as('alice');
    const { KeyMetadata } = await kms.createKey({ Description: 'wraps the data keys of the vault' });
    await kms.createAlias({ AliasName: KeyId, TargetKeyId: KeyMetadata?.KeyId });
    const { Plaintext: key = new Uint8Array(), CiphertextBlob = '' } = await kms.generateDataKey({
      KeyId,
      KeySpec: 'AES_256',
    });
    const code = String(randomInt(100_000, 1_000_000));
    await lab.write('vault.key', CiphertextBlob);
    await lab.write('notice.sealed', seal(key, await lab.read('notice.txt')));
    await lab.write(
      'secret.sealed',
      seal(key, Buffer.from(`The code of the safe in house 7 is ${code}. Burn this.\n`)),
    );
    await lab.write('order.sealed', seal(key, Buffer.from(`PAY ${String(paid).padStart(5, '0')} TO ALICE\n`)));
    key.fill(0);
    return { code };
  },
  hidden: ['code'],
  hints: [
    'AES in counter mode makes a keystream out of key and counter, and XORs it with the text. The same key and the same counter make the same keystream.',
    'notice.sealed XOR notice.txt is the keystream. It is as long as the notice, and secret.sealed is shorter.',
    'For the order: flipping a bit of the ciphertext flips the same bit of the plaintext. XOR the five bytes of the amount with what is there ("00100") and with what should be there.',
    'In vault.ts: AES-256-GCM, 12 random bytes of nonce for every seal, which stand before the ciphertext; the tag of 16 bytes after it.',
    'createDecipheriv takes { authTagLength: 16 }; without it, Node takes shorter tags too, and a tag of 4 bytes can be guessed.',
    'secret.new and secret.key: generateDataKey as alice, seal the recovered secret with the new vault, write the CiphertextBlob beside it.',
  ],
  parts: {
    recovered: {
      done: 'recovered.txt is the secret, read without any key',
      async look(at) {
        const secret = open(await dataKeyOf(at, 'vault.key'), await at.read('secret.sealed'));
        if (!(await at.read('recovered.txt')).equals(secret)) missing('recovered.txt is not what secret.sealed holds');
      },
    },
    forged: {
      done: 'order.forged opens to an order of more money',
      async look(at) {
        const order = open(await dataKeyOf(at, 'vault.key'), await at.read('order.forged'));
        const [, amount] = /^PAY (\d{5}) TO ALICE\n$/.exec(Buffer.from(order).toString('latin1')) ?? [];
        if (amount === undefined) missing('order.forged does not open to an order any more');
        if (Number(amount) <= paid) missing(`order.forged opens to an order of ${amount}`);
      },
    },
    works: {
      done: 'your vault.ts opens what it sealed',
      async look(at) {
        const sealed = await seals(at, 1);
        const [opened] = await at.calls(program, [['open', testKey, sealed[0]]]);
        if (!bytesOf(opened, 'open').equals(testText)) missing('open does not give back what was sealed');
      },
    },
    fresh: {
      done: 'your vault.ts takes a new nonce for every text',
      after: ['works'],
      async look(at) {
        const all = await seals(at, 8);
        if (new Set(all.map((one) => one.toString('hex'))).size < all.length) {
          missing('the same text, sealed twice under one key, gives the same bytes');
        }
        const later = await seals(at, 16, 'anew'); // one that counts begins at its beginning
        if (all.some((one) => later.some((other) => other.equals(one)))) {
          missing('the same text, sealed in another run of the program, gives the same bytes');
        }
      },
    },
    authentic: {
      done: 'your vault.ts opens nothing that was changed, cut or sealed under another key',
      after: ['works'],
      async look(at) {
        const [sealed = Buffer.alloc(0)] = await seals(at, 1);
        const flipped = Array.from(sealed, (_, place) => {
          const bytes = Buffer.from(sealed);
          bytes[place] = (bytes[place] ?? 0) ^ 1;
          return [`byte ${place} of ${sealed.length} changed`, testKey, bytes] as const;
        });
        const cut = Array.from({ length: sealed.length }, (_, length) => {
          return [`only the first ${length} bytes of ${sealed.length}`, testKey, sealed.subarray(0, length)] as const;
        });
        const longer = ['a byte more at the end', testKey, Buffer.concat([sealed, Buffer.alloc(1)])] as const;
        const other = ['another key', new Uint8Array(32).fill(8), sealed] as const;
        const tries = [...flipped, ...cut, longer, other];
        const answers = await at.calls(
          program,
          tries.map(([, key, bytes]) => ['open', key, bytes]),
        );
        const taken = answers.findIndex(({ error }) => error === undefined);
        if (taken >= 0) missing(`open takes ${tries[taken]?.[0]}`);
      },
    },
    resealed: {
      done: 'secret.new is the secret in your vault, under a data key of its own in secret.key',
      after: ['recovered', 'works'],
      async look(at) {
        const [old, key] = [await dataKeyOf(at, 'vault.key'), await dataKeyOf(at, 'secret.key')];
        if (Buffer.from(old).equals(key)) missing('secret.key is the old data key');
        const [opened] = await at.calls(program, [['open', key, await at.read('secret.new')]]);
        if (!bytesOf(opened, 'open').equals(await at.read('recovered.txt'))) {
          missing('secret.new opens to something else than the secret');
        }
      },
    },
  },
});
