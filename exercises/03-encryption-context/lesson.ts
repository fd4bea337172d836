import { administrator, answerTo, type Look, lesson, missing, nobody } from '../lesson.ts';

const KeyId = 'alias/tenants';
const tenants = ['blue', 'green'] as const;

/** What a file opens to with a context, or the name of KMS's refusal. */
const opened = async (at: Look, file: string, EncryptionContext: Record<string, string>): Promise<Buffer | string> => {
  const CiphertextBlob = await at.read(file);
  return at
    .examiner()
    .decrypt({ KeyId, CiphertextBlob, EncryptionContext })
    .then(
      ({ Plaintext = [] }) => Buffer.from(Plaintext),
      ({ name }: Error) => name,
    );
};

/** KMS's answer to bob who asks whether he may: nothing is decrypted. */
const answerToBob = async (at: Look, file: string, EncryptionContext: Record<string, string>): Promise<string> =>
  answerTo(
    at
      .as('bob')
      .decrypt({ KeyId: await arnOf(at), CiphertextBlob: await at.read(file), EncryptionContext, DryRun: true }),
  );

const arnOf = async (at: Look): Promise<string> => {
  const { KeyMetadata } = await at.examiner().describeKey({ KeyId });
  return KeyMetadata?.Arn ?? '';
};

export default lesson({
  title: 'Encryption context binds a tenant',
  minutes: 25,
  accounts: { home: { users: { alice: administrator, bob: nobody } } },
  async prepare(lab) {
    const kms = lab.as('alice');
    const { KeyMetadata } = await kms.createKey({ Description: 'data of all tenants' });
    await kms.createAlias({ AliasName: KeyId, TargetKeyId: KeyMetadata?.KeyId });
    return {};
  },
  hints: [
    'aws kms encrypt … --encryption-context tenant=blue; decrypt takes the same option.',
    'The refusal to look for is InvalidCiphertextException: open blue.enc with --encryption-context tenant=green.',
    'aws kms get-key-policy --key-id KEY --policy-name default --query Policy --output text shows the policy as it is. Keep its statement, and add one for bob.',
    'The condition: "Condition": { "StringEquals": { "kms:EncryptionContext:tenant": "blue" } }, in a statement with the Principal { "AWS": "ARN of bob" }, the Action kms:Decrypt and the Resource *.',
  ],
  parts: {
    sealed: {
      done: 'blue.enc and green.enc are the two texts, each opened with the context of its tenant',
      async look(at) {
        for (const tenant of tenants) {
          const found = await opened(at, `${tenant}.enc`, { tenant });
          if (typeof found === 'string') missing(`${tenant}.enc does not open with tenant=${tenant}: ${found}`);
          else if (!found.equals(await at.read(`${tenant}.txt`))) missing(`${tenant}.enc is not ${tenant}.txt`);
        }
      },
    },
    refused: {
      done: 'you saw the data of one tenant refused to the name of the other',
      after: ['sealed'],
      records: true,
      async look(at) {
        const calls = await at.records({ operation: 'Decrypt', user: 'alice', error: 'InvalidCiphertextException' });
        if (calls.length === 0) missing('no Decrypt of yours with another context is in the audit log');
        if (!calls.some(({ requestParameters }) => requestParameters?.encryptionContext !== undefined)) {
          missing('the Decrypt that was refused had no context at all; try that of the other tenant');
        }
      },
    },
    bob: {
      done: 'bob may open the data of blue',
      after: ['sealed'],
      async look(at) {
        const answer = await answerToBob(at, 'blue.enc', { tenant: 'blue' });
        if (answer !== 'DryRunOperationException') missing(`KMS answers bob with ${answer}`);
      },
    },
    onlyBlue: {
      done: 'bob may open nothing else',
      after: ['bob'],
      async look(at) {
        const answer = await answerToBob(at, 'green.enc', { tenant: 'green' });
        if (answer !== 'AccessDeniedException') missing(`for green, KMS answers bob with ${answer}`);
        const bare = await answerToBob(at, 'green.enc', {});
        if (bare !== 'AccessDeniedException') missing(`without a context, KMS answers bob with ${bare}`);
      },
    },
  },
});
