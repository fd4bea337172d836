import { administrator, answerTo, type Look, lesson, missing, nobody } from '../lesson.ts';

const other = 'eu-west-1';

/** What alias/orders names in a Region. */
const ordersKey = async (at: Look, region?: string) => {
  const { KeyMetadata } = await at.examiner('home', region).describeKey({ KeyId: 'alias/orders' });
  return KeyMetadata ?? missing('alias/orders names no key');
};

/** Whether standby may decrypt orders.enc in a Region, by what it is answered to a dry run. */
const answerToStandby = async (at: Look, region?: string): Promise<string> => {
  const CiphertextBlob = await at.read('orders.enc');
  return answerTo(at.as('standby', region).decrypt({ CiphertextBlob, DryRun: true }));
};

export default lesson({
  title: 'Decrypt where the replica is',
  minutes: 25,
  regions: true,
  accounts: { home: { users: { alice: administrator, standby: nobody } } },
  async prepare(lab) {
    const kms = lab.as('alice');
    const { KeyMetadata } = await kms.createKey({ Description: 'of one Region' });
    await kms.createAlias({ AliasName: 'alias/single', TargetKeyId: KeyMetadata?.KeyId });
    const Plaintext = Buffer.from('2040 a spare key, to nobody\n');
    const { CiphertextBlob } = await kms.encrypt({ KeyId: 'alias/single', Plaintext });
    await lab.write('single.enc', CiphertextBlob ?? '');
    return {};
  },
  hints: [
    'aws kms create-key --multi-region makes a primary key; its id begins with mrk-. A key of one Region cannot become one later.',
    'aws kms replicate-key --key-id mrk-… --replica-region eu-west-1 is called where the primary is. Aliases do not come along: aws kms create-alias --region eu-west-1 …',
    'A replica has a key policy of its own: --policy file://replica.json of replicate-key, or put-key-policy --region eu-west-1 later. Keep the statement that lets the account in ("arn:aws:iam::…:root"), and add one with Principal "$STANDBY_ARN" and Action "kms:Decrypt".',
    'As standby: aws --profile standby kms decrypt --region eu-west-1 --ciphertext-blob fileb://orders.enc …',
    'aws kms update-primary-region --key-id mrk-… --primary-region eu-west-1 is called where the primary is now. While a key is Creating or Updating, calls may answer KMSInvalidStateException: wait a moment.',
  ],
  parts: {
    key: {
      done: 'alias/orders names a multi-Region key in us-east-1',
      async look(at) {
        const { MultiRegion, KeySpec } = await ordersKey(at);
        if (!MultiRegion) missing('the key is of one Region, and stays so; make another, with --multi-region');
        if (KeySpec !== 'SYMMETRIC_DEFAULT')
          missing(`the key is ${KeySpec}; make one of SYMMETRIC_DEFAULT, the default`);
      },
    },
    secret: {
      done: 'orders.enc is orders.txt, encrypted under that key',
      after: ['key'],
      async look(at) {
        const { Arn } = await ordersKey(at);
        const { Plaintext, KeyId } = await at.examiner().decrypt({ CiphertextBlob: await at.read('orders.enc') });
        if (KeyId !== Arn) missing(`orders.enc was encrypted under ${KeyId}, not under alias/orders, which is ${Arn}`);
        if (!(await at.read('orders.txt')).equals(Plaintext ?? Buffer.alloc(0))) {
          missing('orders.enc opens, but to something else than orders.txt');
        }
      },
    },
    replica: {
      done: 'alias/orders names its replica in eu-west-1',
      after: ['key'],
      async look(at) {
        const [here, there] = [await ordersKey(at), await ordersKey(at, other)];
        if (there.KeyId !== here.KeyId) {
          missing(`in eu-west-1 alias/orders names ${there.KeyId}: another key, not a replica of ${here.KeyId}`);
        }
      },
    },
    standby: {
      done: 'standby may decrypt there, and only there',
      after: ['secret', 'replica'],
      async look(at) {
        const there = await answerToStandby(at, other);
        if (there !== 'DryRunOperationException')
          missing(`in eu-west-1 standby gets ${there}: the replica's key policy decides`);
        if ((await answerToStandby(at)) !== 'AccessDeniedException') missing('standby may decrypt in us-east-1 too');
      },
    },
    opened: {
      done: 'standby opened orders.enc in eu-west-1, into opened.txt',
      after: ['standby'],
      records: true,
      async look(at) {
        const calls = await at.records({ operation: 'Decrypt', user: 'standby', error: 'none' });
        if (!calls.some(({ awsRegion }) => awsRegion === other)) {
          missing('no Decrypt of standby in eu-west-1 that succeeded is in the audit log');
        }
        if (!(await at.read('opened.txt')).equals(await at.read('orders.txt'))) {
          missing('opened.txt is not the same as orders.txt');
        }
      },
    },
    single: {
      done: 'you saw that single.enc does not open there',
      records: true,
      async look(at) {
        const calls = await at.records({ operation: 'Decrypt', user: 'alice' });
        const refused = calls.filter(({ awsRegion, errorCode }) => awsRegion === other && errorCode !== undefined);
        if (refused.length === 0) missing('no Decrypt of yours in eu-west-1 that was refused is in the audit log');
      },
    },
    primary: {
      done: 'the key in eu-west-1 is the primary one now',
      after: ['replica'],
      async look(at) {
        const { MultiRegionConfiguration } = await ordersKey(at, other);
        const region = MultiRegionConfiguration?.PrimaryKey?.Region;
        if (region !== other) missing(`the primary key is that of ${region}`);
      },
    },
  },
});
