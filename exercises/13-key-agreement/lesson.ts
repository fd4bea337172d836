import { administrator, type Lab, type Look, lesson, missing } from '../lesson.ts';
import { keyFrom, open, seal } from './sealed.ts';

const EncapsulationAlgorithm = 'ML_KEM';
const nothing = new Uint8Array();

/** For a key of one account into which another may encapsulate: as any account, both sides must say so. */
const inboxPolicy = (owner: string, writer: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${owner}:root` }, Action: 'kms:*', Resource: '*' },
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${writer}:root` },
        Action: ['kms:Encapsulate', 'kms:GetPublicKey', 'kms:DescribeKey'],
        Resource: '*',
      },
    ],
  });

/** @returns the ARN of an ML-KEM key that the alias names */
const newInbox = async (lab: Lab, of: { name: string; account: string; from: string }, alias: string) => {
  const kms = lab.as(of.name);
  const { KeyMetadata } = await kms.createKey({
    KeySpec: 'ML_KEM_768',
    KeyUsage: 'ENCAPSULATE_DECAPSULATE',
    Policy: inboxPolicy(lab.account(of.account), lab.account(of.from)),
  });
  await kms.createAlias({ AliasName: alias, TargetKeyId: KeyMetadata?.KeyId });
  return KeyMetadata?.Arn ?? '';
};

/** Bob writes to alice's inbox. */
const sayHello = async (lab: Lab, inbox: string) => {
  const hello = `Hello Alice. Which gate, and when? Bob, ${new Date().toISOString()}\n`;
  const made = await lab.as('bob').encapsulate({ KeyId: inbox, EncapsulationAlgorithm });
  await lab.write('hello.kem', made.SharedSecretCiphertextBlob ?? nothing);
  await lab.write('hello.enc', seal(keyFrom([made.SharedSecret ?? nothing], 'hello'), Buffer.from(hello)));
  return hello;
};

/** What is wrong with an answer that does not open with both secrets. */
const faultOf = (sealed: Buffer, ecdh: Uint8Array, kem: Uint8Array): string => {
  const opensWith = (key: Uint8Array) => open(key, sealed) !== undefined;
  if (opensWith(keyFrom([kem, ecdh], 'answer'))) return 'the secrets are in the other order: first that of ECDH';
  if (opensWith(keyFrom([ecdh], 'answer'))) return 'only the secret of ECDH went into its key';
  if (opensWith(keyFrom([kem], 'answer'))) return 'only the secret of ML-KEM went into its key';
  if ([ecdh, kem].some(opensWith)) return 'its key is a raw shared secret: derive one from both';
  return 'bob derives another key: from agree.der and his own ECDH key, then from answer.kem and his inbox, with info "answer"';
};

const agreeKey = async (at: Look) => {
  const { KeyMetadata } = await at.examiner().describeKey({ KeyId: 'alias/agree' });
  return KeyMetadata ?? missing('alias/agree names no key');
};

export default lesson({
  title: 'Agreeing on a key',
  minutes: 30,
  accounts: { home: { users: { alice: administrator } }, partner: { users: { bob: administrator } } },
  async prepare(lab) {
    const inbox = await newInbox(lab, { name: 'alice', account: 'home', from: 'partner' }, 'alias/inbox');
    const bobInbox = await newInbox(lab, { name: 'bob', account: 'partner', from: 'home' }, 'alias/inbox');
    const bob = lab.as('bob');
    const { KeyMetadata } = await bob.createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' });
    const { PublicKey } = await bob.getPublicKey({ KeyId: KeyMetadata?.KeyId });
    await lab.write('bob.der', PublicKey ?? nothing);
    return { bobInbox, bobAgree: KeyMetadata?.KeyId ?? '', hello: await sayHello(lab, inbox) };
  },
  hidden: ['hello', 'bobAgree'],
  hints: [
    'Decapsulate: --key-id alias/inbox --encapsulation-algorithm ML_KEM --shared-secret-ciphertext-blob fileb://hello.kem. If the AWS CLI says "Invalid choice", run: kms cli-model --out model && export AWS_DATA_PATH=$PWD/model',
    'A SharedSecret comes as base64: --query SharedSecret --output text | base64 --decode > FILE. Then node agree.mjs open hello FILE < hello.enc > hello.txt',
    'aws kms create-key --key-spec ECC_NIST_P256 --key-usage KEY_AGREEMENT; then create-alias, and get-public-key --query PublicKey --output text | base64 --decode > agree.der',
    'aws kms derive-shared-secret --key-id alias/agree --key-agreement-algorithm ECDH --public-key fileb://bob.der gives the first secret.',
    'aws kms encapsulate --key-id "$BOB_INBOX" --encapsulation-algorithm ML_KEM gives SharedSecret and SharedSecretCiphertextBlob: one call, as the next one gives others. Then node agree.mjs seal answer ECDH-FILE KEM-FILE < answer.txt > answer.enc',
  ],
  parts: {
    hello: {
      done: 'you opened what bob wrote: hello.txt',
      async look(at) {
        if (!(await at.read('hello.txt')).equals(Buffer.from(at.fact('hello')))) {
          missing(
            'hello.txt is not what bob wrote; decapsulate hello.kem with alias/inbox, and open hello.enc with it',
          );
        }
      },
    },
    key: {
      done: 'alias/agree names a P-256 key for key agreement',
      async look(at) {
        const { KeySpec, KeyUsage, KeyState } = await agreeKey(at);
        if (KeyUsage !== 'KEY_AGREEMENT') missing(`the key is for ${KeyUsage}, not for KEY_AGREEMENT`);
        if (KeySpec !== 'ECC_NIST_P256') missing(`the key is ${KeySpec}; bob.der is ECC_NIST_P256, and both must be`);
        if (KeyState !== 'Enabled') missing(`the key is ${KeyState}`);
      },
    },
    publicKey: {
      done: 'agree.der is its public key',
      after: ['key'],
      async look(at) {
        const { PublicKey } = await at.as('alice').getPublicKey({ KeyId: 'alias/agree' });
        if (!(await at.read('agree.der')).equals(Buffer.from(PublicKey ?? nothing))) {
          missing('agree.der is not the public key of alias/agree, in bytes (not its base64)');
        }
      },
    },
    answer: {
      done: 'bob opens answer.enc, with a secret of ECDH and one of ML-KEM',
      after: ['publicKey'],
      async look(at) {
        const sealed = await at.read('answer.enc');
        const bob = at.as('bob');
        const agreed = await bob.deriveSharedSecret({
          KeyId: at.fact('bobAgree'),
          KeyAgreementAlgorithm: 'ECDH',
          PublicKey: await at.read('agree.der'),
        });
        const encapsulated = await bob.decapsulate({
          KeyId: at.fact('bobInbox'),
          EncapsulationAlgorithm,
          SharedSecretCiphertextBlob: await at.read('answer.kem'),
        });
        const [ecdh, kem] = [agreed.SharedSecret ?? nothing, encapsulated.SharedSecret ?? nothing];
        const opened = open(keyFrom([ecdh, kem], 'answer'), sealed);
        if (opened === undefined) missing(`answer.enc does not open: ${faultOf(sealed, ecdh, kem)}`);
        if (!(await at.read('answer.txt')).equals(opened))
          missing('answer.enc opens, but to something else than answer.txt');
      },
    },
  },
});
