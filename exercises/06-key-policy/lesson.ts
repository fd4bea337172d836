import { administrator, answerTo, type Look, lesson, missing, nobody } from '../lesson.ts';

const duties = 'alias/duties';

/** The key of an alias, also where its policy lets nobody look at it. */
const keyOf = async (at: Look, alias: string): Promise<string> => {
  const { Aliases = [] } = await at.examiner().listAliases({});
  const found = Aliases.find(({ AliasName }) => AliasName === alias);
  return found?.TargetKeyId ?? missing(`there is no ${alias}`);
};

/** What it answers to somebody who asks whether they may use the key. */
const usesOf = async (at: Look, user: string, KeyId: string): Promise<Readonly<Record<string, string>>> => {
  const kms = at.as(user);
  const Plaintext = Buffer.from('a question');
  return {
    Encrypt: await answerTo(kms.encrypt({ KeyId, Plaintext, DryRun: true })),
    GenerateDataKey: await answerTo(kms.generateDataKey({ KeyId, KeySpec: 'AES_256', DryRun: true })),
  };
};

/** A policy that no key can have: what comes back tells who may try. */
const noPolicy = '{"Version":"2012-10-17","Statement":[]}';

export default lesson({
  title: 'Key policy, lock-out and the root statement',
  minutes: 30,
  accounts: { home: { users: { alice: administrator, bob: nobody }, root: 'root' } },
  hints: [
    'aws kms get-key-policy --key-id KEY --policy-name default --query Policy --output text > policy.json shows the policy that every key begins with.',
    'A policy that names bob alone, put by alice, is refused: MalformedPolicyDocumentException. put-key-policy has --bypass-policy-lockout-safety-check.',
    'For alias/duties: two statements, one with alice as Principal and the administrative actions, one with bob and the cryptographic ones. No statement with …:root.',
    'Administrative are, for example, kms:Describe*, kms:Get*, kms:List*, kms:Put*, kms:Update*, kms:Enable*, kms:Disable*, kms:TagResource, kms:UntagResource, kms:ScheduleKeyDeletion, kms:CancelKeyDeletion. Beware of kms:CreateGrant: who may make grants gives rights away.',
    'create-alias needs the permission on the key too: kms:CreateAlias, in the statement of alice. Or make key and alias first, and put the policy last.',
  ],
  parts: {
    refused: {
      done: 'you saw KMS refuse a policy that would have locked you out',
      records: true,
      async look(at) {
        const calls = [
          ...(await at.records({ operation: 'PutKeyPolicy', error: 'MalformedPolicyDocumentException' })),
          ...(await at.records({ operation: 'CreateKey', error: 'MalformedPolicyDocumentException' })),
        ];
        if (calls.length === 0) missing('no PutKeyPolicy that was refused for its policy is in the audit log');
      },
    },
    locked: {
      done: 'alias/locked names a key whose policy nobody can read or change, not even the root of the account',
      async look(at) {
        const KeyId = await keyOf(at, 'alias/locked');
        for (const user of ['alice', 'root', 'bob']) {
          const read = await answerTo(at.as(user).getKeyPolicy({ KeyId }));
          if (read !== 'AccessDeniedException') missing(`to ${user}, who asks for the policy, KMS answers ${read}`);
          const put = await answerTo(at.as(user).putKeyPolicy({ KeyId, Policy: noPolicy }));
          if (put !== 'AccessDeniedException') missing(`${user} may still change the policy`);
        }
      },
    },
    bobUses: {
      done: 'bob may encrypt and make data keys with the key of alias/duties',
      async look(at) {
        for (const [call, answer] of Object.entries(await usesOf(at, 'bob', await keyOf(at, duties)))) {
          if (answer !== 'DryRunOperationException') missing(`to bob, who asks for ${call}, KMS answers ${answer}`);
        }
      },
    },
    aliceManages: {
      done: 'alice may read and change its policy',
      async look(at) {
        const KeyId = await keyOf(at, duties);
        await at.as('alice').getKeyPolicy({ KeyId });
        const put = await answerTo(at.as('alice').putKeyPolicy({ KeyId, Policy: noPolicy }));
        if (put === 'AccessDeniedException') missing('she may not change it');
      },
    },
    aliceUses: {
      done: 'alice may not use it, though her identity policy allows kms:*',
      after: ['aliceManages'],
      async look(at) {
        for (const [call, answer] of Object.entries(await usesOf(at, 'alice', await keyOf(at, duties)))) {
          if (answer !== 'AccessDeniedException') missing(`to alice, who asks for ${call}, KMS answers ${answer}`);
        }
      },
    },
    bobManages: {
      done: 'bob may not change its policy',
      after: ['bobUses'],
      async look(at) {
        const KeyId = await keyOf(at, duties);
        const put = await answerTo(at.as('bob').putKeyPolicy({ KeyId, Policy: noPolicy }));
        if (put !== 'AccessDeniedException') missing('he may');
      },
    },
  },
});
