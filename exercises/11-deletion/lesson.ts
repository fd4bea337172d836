import { createHash } from 'node:crypto';
import { administrator, type Look, lesson, mayCall, missing, nobody } from '../lesson.ts';

/** Encrypted under alias/old, by whom, and with which encryption context. */
const files = {
  'payroll.enc': { app: 'payroll' },
  'contract.enc': { contract: '17' },
  'backup.key': { job: 'nightly' },
};

const digest = (bytes: Uint8Array = new Uint8Array()): string => createHash('sha256').update(bytes).digest('hex');

/** As Encrypt and GenerateDataKey answer. */
interface Sealed {
  readonly CiphertextBlob?: Uint8Array | undefined;
}

/** Calls on the old key, by anybody of the lesson. */
const calls = (at: Look, operation: string, error = 'none') => at.records({ operation, error, key: at.fact('oldKey') });

export default lesson({
  title: 'Deleting a key',
  minutes: 30,
  clock: true,
  accounts: {
    home: {
      users: {
        alice: administrator,
        bob: mayCall('Encrypt', 'Decrypt'),
        carol: mayCall('Encrypt', 'Decrypt'),
        dave: nobody,
        erin: mayCall('Encrypt', 'Decrypt'),
      },
      roles: { backup: mayCall('GenerateDataKey', 'Decrypt') },
    },
  },
  hidden: Object.keys(files),
  async prepare(lab) {
    const kms = lab.as('alice');
    const newKey = async (AliasName: string, Description: string) => {
      const { KeyMetadata } = await kms.createKey({ Description });
      await kms.createAlias({ AliasName, TargetKeyId: KeyMetadata?.KeyId });
      return KeyMetadata?.Arn ?? '';
    };
    const oldKey = await newKey('alias/old', 'not in use any more, I think');
    await newKey('alias/new', 'the one to use');
    const put = async (file: keyof typeof files, sealed: Sealed, Plaintext?: Uint8Array) => {
      await lab.write(file, sealed.CiphertextBlob ?? '');
      return [file, digest(Plaintext)] as const;
    };

    const salaries = Buffer.from('4,000 each, as ever\n');
    const byBob = { KeyId: 'alias/old', EncryptionContext: files['payroll.enc'], Plaintext: salaries };
    const payroll = await put('payroll.enc', await lab.as('bob').encrypt(byBob), salaries);

    const terms = Buffer.from('ends on the last of March\n');
    const byCarol = { KeyId: oldKey, EncryptionContext: files['contract.enc'], Plaintext: terms }; // not by the alias
    const contract = await put('contract.enc', await lab.as('carol').encrypt(byCarol), terms);

    const job = { KeyId: 'alias/old', EncryptionContext: files['backup.key'] };
    const dataKey = await lab.as('backup').generateDataKey({ ...job, KeySpec: 'AES_256' });
    const backup = await put('backup.key', dataKey, dataKey.Plaintext);

    await lab
      .as('dave')
      .encrypt({ ...byBob, EncryptionContext: { app: 'curiosity' } })
      .catch(() => {}); // refused
    await lab.as('erin').encrypt({ ...byBob, KeyId: 'alias/new' });
    return { oldKey, ...Object.fromEntries([payroll, contract, backup]) };
  },
  hints: [
    'kms audit query --key "$OLD_KEY" tells the calls on the key, however they named it; with --key alias/old only those that named it so. --error none leaves out what was refused.',
    'aws kms schedule-key-deletion --pending-window-in-days 7 takes a key id or ARN. Then aws --profile bob kms decrypt … fails, which is a part of the task.',
    'aws kms cancel-key-deletion; the key is Disabled after that, and aws kms enable-key makes it usable.',
    'ReEncrypt wants the encryption context of each file, which is in the audit records: kms audit query … --json. --source-encryption-context and --destination-encryption-context take NAME=VALUE.',
    'mkdir moved; aws kms re-encrypt --ciphertext-blob fileb://payroll.enc --source-encryption-context app=payroll --destination-encryption-context app=payroll --destination-key-id alias/new --query CiphertextBlob --output text | base64 --decode > moved/payroll.enc',
    'Schedule again, then kms clock +8d. If you let it go before all three files were moved, they are lost; kms course reset 11 begins anew.',
  ],
  parts: {
    users: {
      done: 'users.txt tells who has used the key of alias/old',
      async look(at) {
        const named = (await at.read('users.txt')).toString().split(/\s+/).filter(Boolean);
        const role = `arn:aws:iam::${at.account('home')}:role/backup`;
        const all = [[at.arn('bob')], [at.arn('carol')], [at.arn('backup'), role]];
        const stranger = named.find((name) => ![...all.flat(), at.arn('alice')].includes(name)); // she may have tried it
        if (stranger !== undefined) missing(`${stranger} is in users.txt, but did not use the key`);
        const found = all.filter((names) => names.some((name) => named.includes(name))).length;
        if (found < all.length) missing(`users.txt names ${found}; there are more`);
      },
    },
    scheduled: {
      done: 'you scheduled its deletion, as soon as can be',
      records: true,
      async look(at) {
        const scheduled = await calls(at, 'ScheduleKeyDeletion');
        if (scheduled.length === 0) missing('its deletion was never scheduled');
        if (!scheduled.some(({ requestParameters }) => requestParameters?.pendingWindowInDays === 7)) {
          missing('its deletion was scheduled, but not with the shortest waiting period');
        }
      },
    },
    refused: {
      done: 'you saw what that does to bob',
      after: ['scheduled'],
      records: true,
      async look(at) {
        const refused = await at.records({ operation: 'Decrypt', user: 'bob', error: 'KMSInvalidStateException' });
        if (refused.length === 0)
          missing('no Decrypt of bob that was refused since the key waits for deletion is in the audit log');
      },
    },
    cancelled: {
      done: 'you cancelled it in time, and made the key usable again',
      after: ['scheduled'],
      records: true,
      async look(at) {
        if ((await calls(at, 'CancelKeyDeletion')).length === 0) missing('its deletion was never cancelled');
        if ((await calls(at, 'EnableKey')).length === 0) missing('it was cancelled, but that leaves a key disabled');
      },
    },
    moved: {
      done: 'what was under it is under alias/new, in moved/',
      async look(at) {
        const { KeyMetadata } = await at.examiner().describeKey({ KeyId: 'alias/new' });
        for (const [file, EncryptionContext] of Object.entries(files)) {
          const CiphertextBlob = await at.read(`moved/${file}`);
          const KeyId = KeyMetadata?.Arn;
          const answer = await at
            .examiner()
            .decrypt({ KeyId, CiphertextBlob, EncryptionContext })
            .catch((error: Error) => {
              if (error.name === 'IncorrectKeyException') missing(`moved/${file} is not under alias/new`);
              if (error.name !== 'InvalidCiphertextException') throw error;
              return missing(`moved/${file} does not open with the encryption context that ${file} has`);
            });
          if (digest(answer.Plaintext) !== at.fact(file)) missing(`moved/${file} opens, but not to what ${file} held`);
        }
      },
    },
    gone: {
      done: 'the key of alias/old is gone',
      after: ['moved'],
      async look(at) {
        const { KeyMetadata } = await at
          .examiner()
          .describeKey({ KeyId: at.fact('oldKey') })
          .catch((error: Error) => {
            if (error.name === 'NotFoundException') return { KeyMetadata: undefined };
            throw error;
          });
        if (KeyMetadata === undefined) return;
        const { KeyState, DeletionDate } = KeyMetadata;
        missing(DeletionDate ? `it will go on ${DeletionDate.toISOString()}` : `the key is ${KeyState}`);
      },
    },
  },
});
