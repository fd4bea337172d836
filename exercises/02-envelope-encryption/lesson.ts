import { createDecipheriv } from 'node:crypto';
import { administrator, type Look, lesson, missing } from '../lesson.ts';

const alias = 'alias/envelope';

/** What letter.key holds, wrapped. */
const dataKeyOf = async (at: Look): Promise<Buffer> => {
  const { KeyMetadata } = await at.examiner().describeKey({ KeyId: alias });
  const { Plaintext, KeyId } = await at.examiner().decrypt({ CiphertextBlob: await at.read('letter.key') });
  if (KeyId !== KeyMetadata?.Arn) missing(`letter.key was wrapped under ${KeyId}, not under ${alias}`);
  return Buffer.from(Plaintext ?? []);
};

/** Nonce, ciphertext, tag. */
const opened = (key: Uint8Array, sealed: Buffer): Buffer => {
  if (sealed.length < 28) missing('letter.enc is shorter than a nonce and a tag');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
  } catch {
    return missing(
      'letter.enc does not open under the data key of letter.key: 12 bytes of nonce, the ciphertext, 16 bytes of tag',
    );
  }
};

export default lesson({
  title: 'Envelope encryption by hand',
  minutes: 25,
  accounts: { home: { users: { alice: administrator } } },
  async prepare(lab) {
    const kms = lab.as('alice');
    const { KeyMetadata } = await kms.createKey({ Description: 'wraps data keys' });
    await kms.createAlias({ AliasName: alias, TargetKeyId: KeyMetadata?.KeyId });
    return {};
  },
  hints: [
    'aws kms generate-data-key --key-id alias/envelope --key-spec AES_256 answers with Plaintext and CiphertextBlob: one key, in clear and wrapped. Ask once and keep both: a second call gives another key.',
    'In a shell: answer=$(aws kms generate-data-key … --query "[Plaintext,CiphertextBlob]" --output text), and then set -- $answer; "$1" is the key in clear, "$2" the wrapped one, both in base64.',
    'node gcm.mjs seal KEY-FILE wants the key in a file of 32 bytes. Make that file outside of the work folder (mktemp), and remove it as soon as the letter is sealed.',
    'letter.key is not base64: … | base64 --decode > letter.key.',
    'To open: aws kms decrypt --ciphertext-blob fileb://letter.key --query Plaintext --output text | base64 --decode gives the data key again.',
  ],
  parts: {
    wrapped: {
      done: 'letter.key is a data key of 256 bits, wrapped under alias/envelope',
      async look(at) {
        const { length } = await dataKeyOf(at);
        if (length !== 32) missing(`what is wrapped in letter.key has ${length} bytes, not 32`);
      },
    },
    generated: {
      done: 'KMS made the data key',
      after: ['wrapped'],
      records: true,
      async look(at) {
        const { KeyMetadata } = await at.examiner().describeKey({ KeyId: alias });
        const calls = await at.records({ operation: 'GenerateDataKey', error: 'none', key: KeyMetadata?.Arn ?? '' });
        if (calls.length === 0) missing('no GenerateDataKey under alias/envelope is in the audit log');
      },
    },
    sealed: {
      done: 'letter.enc is letter.txt, sealed under that data key',
      after: ['wrapped'],
      async look(at) {
        if (!opened(await dataKeyOf(at), await at.read('letter.enc')).equals(await at.read('letter.txt'))) {
          missing('letter.enc opens, but to something else than letter.txt');
        }
      },
    },
    thrownAway: {
      done: 'the data key is thrown away: no file here has it in clear',
      after: ['wrapped'],
      async look(at) {
        const key = await dataKeyOf(at);
        const forms = [
          key,
          ...(['base64', 'base64url', 'hex'] as const).map((form) => Buffer.from(key.toString(form))),
        ];
        for (const name of await at.files()) {
          const file = await at.read(name);
          if (forms.some((form) => file.includes(form))) missing(`${name} has the data key in clear; remove it`);
        }
      },
    },
    opened: {
      done: 'you opened it again with Decrypt, into opened.txt',
      after: ['sealed'],
      records: true,
      async look(at) {
        const made = await at.records({ operation: 'GenerateDataKey', error: 'none' });
        const opening = await at.records({ operation: 'Decrypt', user: 'alice', error: 'none' });
        if (!opening.some(({ eventTime }) => eventTime >= (made[0]?.eventTime ?? ''))) {
          missing('no Decrypt of yours after GenerateDataKey is in the audit log');
        }
        if (!(await at.read('opened.txt')).equals(await at.read('letter.txt'))) {
          missing('opened.txt is not the same as letter.txt');
        }
      },
    },
  },
});
