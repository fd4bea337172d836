import { administrator, type Look, lesson, missing } from '../lesson.ts';

/** The key that the alias names, as its own account sees it. */
const keyOf = async (at: Look) => {
  const { KeyMetadata } = await at.examiner().describeKey({ KeyId: 'alias/first' });
  return KeyMetadata ?? missing('alias/first names no key');
};

/** What a file decrypts to, under the key and no other. */
const opened = async (at: Look, file: string): Promise<Buffer> => {
  const { Arn } = await keyOf(at);
  const { Plaintext, KeyId } = await at.examiner().decrypt({ CiphertextBlob: await at.read(file) });
  if (KeyId !== Arn) missing(`${file} was encrypted under ${KeyId}, not under alias/first, which is ${Arn}`);
  return Buffer.from(Plaintext ?? []);
};

export default lesson({
  title: 'A first key',
  minutes: 15,
  accounts: { home: { users: { alice: administrator } } },
  hints: [
    'aws kms create-key prints the KeyId; aws kms create-alias takes --alias-name and --target-key-id.',
    'Bytes go to the AWS CLI as --plaintext fileb://FILE, and come back as base64: --query CiphertextBlob --output text | base64 --decode > FILE.',
    'Decrypt does not need --key-id here: the ciphertext names its key.',
    'head -c 4096 /dev/zero > most.bin makes a file of 4096 bytes; 4097 is one too many.',
  ],
  parts: {
    key: {
      done: 'alias/first names a symmetric key that is enabled',
      async look(at) {
        const { KeySpec, KeyState } = await keyOf(at);
        if (KeySpec !== 'SYMMETRIC_DEFAULT')
          missing(`the key is ${KeySpec}; make one of SYMMETRIC_DEFAULT, the default`);
        if (KeyState !== 'Enabled') missing(`the key is ${KeyState}`);
      },
    },
    secret: {
      done: 'secret.enc is secret.txt, encrypted under that key',
      after: ['key'],
      async look(at) {
        if (!(await opened(at, 'secret.enc')).equals(await at.read('secret.txt'))) {
          missing('secret.enc opens, but to something else than secret.txt');
        }
      },
    },
    opened: {
      done: 'you opened it again, into opened.txt',
      after: ['secret'],
      records: true,
      async look(at) {
        const { Arn = '' } = await keyOf(at);
        const calls = await at.records({ operation: 'Decrypt', user: 'alice', error: 'none', key: Arn });
        if (calls.length === 0) missing('no Decrypt of yours under that key is in the audit log');
        if (!(await at.read('opened.txt')).equals(await at.read('secret.txt'))) {
          missing('opened.txt is not the same as secret.txt');
        }
      },
    },
    most: {
      done: 'most.enc is as much as one call takes: 4096 bytes',
      after: ['key'],
      async look(at) {
        const { length } = await opened(at, 'most.enc');
        if (length !== 4096) missing(`most.enc opens to ${length} bytes`);
      },
    },
    limit: {
      done: 'you saw one byte more refused',
      records: true,
      async look(at) {
        const refused = await at.records({ operation: 'Encrypt', user: 'alice', error: 'ValidationException' });
        if (refused.length === 0) missing('no Encrypt of yours that was refused is in the audit log');
      },
    },
  },
});
