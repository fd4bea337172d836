import { administrator, type Look, lesson, missing } from '../lesson.ts';

const alias = 'alias/imported';

const keyOf = async (at: Look) => {
  const { KeyMetadata } = await at.examiner().describeKey({ KeyId: alias });
  return KeyMetadata ?? missing(`${alias} names no key`);
};

/** What alice did with the key, or KMS by itself. */
const recordsOf = async (at: Look, operation: string, error = 'none') =>
  at.records({ operation, error, key: (await keyOf(at)).Arn ?? '' });

/** When KMS deleted the material that had expired. */
const expiry = async (at: Look): Promise<string> => {
  const [first] = await recordsOf(at, 'DeleteExpiredKeyMaterial');
  return first?.eventTime ?? missing('no material of the key has expired yet');
};

export default lesson({
  title: 'Key material of your own',
  minutes: 30,
  clock: true,
  accounts: { home: { users: { alice: administrator } } },
  hints: [
    'aws kms create-key --origin EXTERNAL makes a key without material; it is PendingImport until you bring some.',
    'openssl rand -out material.bin 32. Then aws kms get-parameters-for-import --wrapping-algorithm RSAES_OAEP_SHA_256 --wrapping-key-spec RSA_2048 gives PublicKey and ImportToken, both in base64; they belong together, and are good for a day.',
    'openssl pkeyutl -encrypt -pubin -keyform DER -inkey wrapping.der -in material.bin -out wrapped.bin -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256',
    "aws kms import-key-material takes --encrypted-key-material fileb://wrapped.bin --import-token fileb://token.bin --expiration-model KEY_MATERIAL_EXPIRES --valid-to TIME. The time is the service's (kms clock), not that of your watch; the ParametersValidTo of step 2, a day ahead, will do.",
    'kms clock +2d. Then aws kms describe-key shows PendingImport, and Decrypt is refused: that refusal is a part of the task.',
    'To bring it back, ask for new parameters (the old ones are too old), wrap the same material.bin, and import with --expiration-model KEY_MATERIAL_DOES_NOT_EXPIRE and without --valid-to.',
  ],
  parts: {
    external: {
      done: 'alias/imported names a symmetric key that is made for imported material',
      async look(at) {
        const { KeySpec, Origin } = await keyOf(at);
        if (Origin !== 'EXTERNAL')
          missing(`the origin of its material is ${Origin}; that is decided when a key is made`);
        if (KeySpec !== 'SYMMETRIC_DEFAULT')
          missing(`the key is ${KeySpec}; make one of SYMMETRIC_DEFAULT, the default`);
      },
    },
    copy: {
      done: 'material.bin is your copy of the material: 32 bytes',
      async look(at) {
        const { length } = await at.read('material.bin');
        if (length !== 32) missing(`material.bin has ${length} bytes; a symmetric key has 32`);
      },
    },
    imported: {
      done: 'you imported it with a time at which it expires',
      after: ['external'],
      records: true,
      async look(at) {
        const imports = await recordsOf(at, 'ImportKeyMaterial');
        if (imports.length === 0) missing('no import into that key that succeeded is in the audit log');
        if (!imports.some(({ requestParameters }) => requestParameters?.validTo !== undefined)) {
          missing('you imported it for ever: without a time at which it expires');
        }
      },
    },
    expired: {
      done: 'it has expired, and KMS has deleted it',
      after: ['imported'],
      records: true,
      async look(at) {
        await expiry(at);
      },
    },
    refused: {
      done: 'you saw secret.enc closed meanwhile',
      after: ['expired'],
      records: true,
      async look(at) {
        const since = await expiry(at);
        const refused = await recordsOf(at, 'Decrypt', 'KMSInvalidStateException');
        if (!refused.some(({ eventTime }) => eventTime >= since)) {
          missing('no Decrypt that was refused because the material is gone is in the audit log');
        }
      },
    },
    back: {
      done: 'the same material is back, for ever',
      after: ['imported'],
      async look(at) {
        const { KeyState, ExpirationModel, ValidTo } = await keyOf(at);
        if (KeyState !== 'Enabled') missing(`the key is ${KeyState}`);
        if (ExpirationModel !== 'KEY_MATERIAL_DOES_NOT_EXPIRE') missing(`it expires at ${ValidTo?.toISOString()}`);
      },
    },
    opened: {
      done: 'secret.enc, as it was before, opens again: into opened.txt',
      after: ['expired', 'back'],
      records: true,
      async look(at) {
        const secret = await at.read('secret.txt');
        const { Plaintext, KeyId } = await at.examiner().decrypt({ CiphertextBlob: await at.read('secret.enc') });
        if (KeyId !== (await keyOf(at)).Arn) missing(`secret.enc was encrypted under ${KeyId}, not under ${alias}`);
        if (!secret.equals(Plaintext ?? new Uint8Array()))
          missing('secret.enc opens to something else than secret.txt');
        const since = await expiry(at);
        const encrypted = await recordsOf(at, 'Encrypt');
        if (!encrypted.some(({ eventTime }) => eventTime < since)) {
          missing('secret.enc was not encrypted before the material expired');
        }
        const opening = await recordsOf(at, 'Decrypt');
        if (!opening.some(({ eventTime }) => eventTime >= since)) missing('you have not decrypted it since then');
        if (!(await at.read('opened.txt')).equals(secret)) missing('opened.txt is not the same as secret.txt');
      },
    },
  },
});
