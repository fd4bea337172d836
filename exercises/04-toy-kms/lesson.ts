import { administrator, type Look, lesson, missing, type ProgramAnswer } from '../lesson.ts';
import { lookalikes, same } from './contexts.ts';
import { type Context, decryptFor, encrypt } from './start/toy-kms.ts';

const program = 'toy-kms.ts';
const victim = { tenant: 'acmewest' };
const KeyId = 'alias/real';

const textOf = (context: Context): string => JSON.stringify(context);

/** Encrypts under the first of each pair with the student's program, and decrypts with the second. */
const crossed = async (
  at: Look,
  pairs: readonly (readonly [Context, Context])[],
): Promise<readonly (readonly [readonly [Context, Context], ProgramAnswer])[]> => {
  const bytes = new TextEncoder().encode('a text');
  const blobs = await at.calls(
    program,
    pairs.map(([context]) => ['encrypt', bytes, context]),
  );
  const failed = blobs.findIndex(({ error }) => error !== undefined);
  if (failed >= 0) missing(`encrypt does not work with ${textOf(pairs[failed]?.[0] ?? {})}: ${blobs[failed]?.error}`);
  const answers = await at.calls(
    program,
    pairs.map(([, context], index) => ['decrypt', blobs[index]?.result, context]),
  );
  return pairs.map((pair, index) => [pair, answers[index] ?? { error: 'no answer' }]);
};

const contextIn = (text: string): Context => {
  try {
    const context: unknown = JSON.parse(text);
    const isContext = Object.values(Object(context)).every((value) => typeof value === 'string');
    if (typeof context === 'object' && context !== null && isContext) return context as Context; // names and texts
  } catch {}
  return missing('forged.json is not a JSON object of texts');
};

export default lesson({
  title: 'A toy KMS, broken and mended',
  minutes: 30,
  accounts: { home: { users: { alice: administrator } } },
  async prepare(lab) {
    const kms = lab.as('alice');
    const { KeyMetadata } = await kms.createKey({ Description: 'to compare with the toy' });
    await kms.createAlias({ AliasName: KeyId, TargetKeyId: KeyMetadata?.KeyId });
    await lab.write('victim.blob', encrypt(Buffer.from('acmewest: the offer is 2.1 million\n'), victim));
    return {};
  },
  hints: [
    'Write down, by hand, what encodeContext makes of { tenant: "acmewest" }, character by character. Which other contexts give these same characters?',
    'The names are sorted. A second name that sorts after `tenant`, and a value that may be empty, can take over the end of the text.',
    'forged.json has `tenant` acme, and one name more: what is left of "acmewest".',
    'A separator does not help as long as it may stand in a name or a value. What tells where a text ends, whatever is in it?',
    'Put the length of each text before it, always in the same number of bytes, in bytes of UTF-8 and not in characters; and sort the names, so that their order does not matter.',
  ],
  parts: {
    forged: {
      done: 'with forged.json, the toy opens victim.blob for tenant acme',
      async look(at) {
        const context = contextIn((await at.read('forged.json')).toString());
        try {
          decryptFor('acme', await at.read('victim.blob'), context);
        } catch (error) {
          missing(`the toy as it was says: ${error instanceof Error ? error.message : error}`);
        }
      },
    },
    works: {
      done: 'your toy-kms.ts opens what it encrypted with the same context, whatever the order of the names',
      async look(at) {
        for (const [[sealed, given], { result, error }] of await crossed(at, same)) {
          if (error !== undefined) missing(`${textOf(sealed)}, given as ${textOf(given)}, does not open: ${error}`);
          if (!(result instanceof Uint8Array) || Buffer.from(result).toString() !== 'a text') {
            missing(`decrypt does not give back what was encrypted with ${textOf(sealed)}`);
          }
        }
      },
    },
    apart: {
      done: 'your toy-kms.ts tells contexts apart that are not the same',
      after: ['works'],
      async look(at) {
        for (const [[sealed, given], { error }] of await crossed(at, lookalikes)) {
          if (error === undefined) missing(`what was encrypted with ${textOf(sealed)} opens with ${textOf(given)}`);
        }
      },
    },
    real: {
      done: 'you saw the service refuse the same trick, under alias/real',
      after: ['forged'],
      records: true,
      async look(at) {
        const forged = contextIn((await at.read('forged.json')).toString());
        const sealed = await at.records({ operation: 'Encrypt', user: 'alice', error: 'none' });
        if (!sealed.some((one) => isContext(one.requestParameters?.encryptionContext, victim))) {
          missing(`no Encrypt of yours with ${textOf(victim)} is in the audit log`);
        }
        const refused = await at.records({ operation: 'Decrypt', user: 'alice', error: 'InvalidCiphertextException' });
        if (!refused.some((one) => isContext(one.requestParameters?.encryptionContext, forged))) {
          missing(`no Decrypt with ${textOf(forged)} that was refused is in the audit log`);
        }
      },
    },
  },
});

const isContext = (found: unknown, wanted: Context): boolean =>
  JSON.stringify(Object.entries(Object(found)).sort()) === JSON.stringify(Object.entries(wanted).sort());
