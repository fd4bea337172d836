import type { KMS } from '@aws-sdk/client-kms';
import { administrator, answerTo, type Look, lesson, missing, nobody } from '../lesson.ts';

const alias = 'alias/ledger';

/** What is in the ledger; each page is encrypted with its number as encryption context. */
const pages: Readonly<Record<string, string>> = {
  1: 'page 1: what is owed to the ferry\n',
  2: 'page 2: the combination of the small safe\n',
  3: 'page 3: who has been paid to say nothing\n',
  4: 'page 4: lamp oil, paper, string\n',
};
const readByStrangers = ['2', '3'];

type Statement = Readonly<Record<string, unknown>>;

const policy = (...statements: readonly Statement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

/** What a member of incident.json should be, as text. */
const asText = (value: unknown): string => (Array.isArray(value) ? value.map(String).sort().join(' ') : String(value));

interface Call {
  readonly CiphertextBlob: Uint8Array;
  readonly EncryptionContext: Record<string, string>;
}

/** What somebody would be answered to Decrypt: `DryRunOperationException` when they may. */
const answerToDecrypt = (kms: KMS, call: Call): Promise<string> => answerTo(kms.decrypt({ ...call, DryRun: true }));

const answerToGrant = (kms: KMS, KeyId: string, GranteePrincipal: string): Promise<string> =>
  answerTo(kms.createGrant({ KeyId, GranteePrincipal, Operations: ['Decrypt'], DryRun: true }));

/** A page as it was when the doors were open. */
const oldPage = (at: Look): Call => ({
  CiphertextBlob: Buffer.from(at.fact('oldPage'), 'base64'),
  EncryptionContext: { page: '1' },
});

const newPage = async (at: Look, number: string): Promise<Call> => ({
  CiphertextBlob: await at.read(`pages/${number}.enc`),
  EncryptionContext: { page: number },
});

const newKey = async (at: Look) => {
  const { KeyMetadata } = await at.as('alice').describeKey({ KeyId: alias });
  if (KeyMetadata?.Arn === at.fact('oldKey')) missing('alias/ledger still names the key of the incident');
  return KeyMetadata ?? missing('alias/ledger names no key');
};

const refused = 'AccessDeniedException';

export default lesson({
  title: 'An incident',
  minutes: 40,
  accounts: {
    home: { users: { alice: administrator, carol: administrator, app: nobody, reporting: nobody, dana: nobody } },
    supplier: { users: { erin: administrator } },
  },
  async prepare(lab) {
    const [alice, carol, app] = [lab.as('alice'), lab.as('carol'), lab.as('app')];
    const root = `arn:aws:iam::${lab.account('home')}:root`;
    const account = { Sid: 'account', Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:*', Resource: '*' };
    const use = {
      Sid: 'app',
      Effect: 'Allow',
      Principal: { AWS: lab.arn('app') },
      Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:DescribeKey'],
      Resource: '*',
    };
    const { KeyMetadata } = await alice.createKey({ Description: 'the ledger', Policy: policy(account, use) });
    const KeyId = KeyMetadata?.Arn ?? '';
    await alice.createAlias({ AliasName: alias, TargetKeyId: KeyId });
    const Name = 'monthly-report';
    await alice.createGrant({ KeyId, Name, GranteePrincipal: lab.arn('reporting'), Operations: ['Decrypt'] });

    const sealed: Record<string, Uint8Array> = {};
    for (const [page, text] of Object.entries(pages)) {
      const { CiphertextBlob } = await app.encrypt({
        KeyId,
        Plaintext: Buffer.from(text),
        EncryptionContext: { page },
      });
      sealed[page] = CiphertextBlob ?? new Uint8Array();
      await lab.write(`pages/${page}.enc`, sealed[page]);
    }
    const read = (who: string, page: string, as = page) =>
      lab.as(who).decrypt({ CiphertextBlob: sealed[page], EncryptionContext: { page: as } });
    await read('app', '1');
    await read('reporting', '4');

    const backDoor = await carol.createGrant({
      KeyId,
      Name,
      GranteePrincipal: lab.arn('dana'),
      Operations: ['Decrypt', 'CreateGrant'],
    });
    await read('dana', '2', '1').catch(() => {}); // the first guess is wrong
    await read('dana', '2');
    const child = await lab
      .as('dana')
      .createGrant({ KeyId, Name, GranteePrincipal: lab.arn('erin'), Operations: ['Decrypt'] });
    await read('app', '2');
    const supplier = `arn:aws:iam::${lab.account('supplier')}:root`;
    const outside = {
      Sid: 'support',
      Effect: 'Allow',
      Principal: { AWS: supplier },
      Action: 'kms:Decrypt',
      Resource: '*',
    };
    await carol.putKeyPolicy({ KeyId, Policy: policy(account, use, outside) });
    await read('erin', '3');
    await read('app', '4');
    await read('reporting', '1');

    return {
      oldKey: KeyId,
      oldPage: Buffer.from(sealed[1] ?? []).toString('base64'),
      backDoors: [backDoor.GrantId, child.GrantId].join(' '),
    };
  },
  hidden: ['oldKey', 'oldPage', 'backDoors'],
  hints: [
    'Detect: aws kms list-grants --key-id alias/ledger needs the key id; describe-key tells it. Who of the grantees is neither app nor reporting? aws kms get-key-policy --key-id … --query Policy --output text: which principal is not of this account?',
    'kms audit query --key KEY-ID tells every call on the key, with the grant or statement that allowed it. --operation CreateGrant and --operation PutKeyPolicy: who was it? --operation Decrypt --error none --json: look at userIdentity and requestParameters.encryptionContext.',
    'Contain: aws kms revoke-grant --key-id … --grant-id …, for each back door. Revoking a grant leaves those that were made through it: list them again. Then put-key-policy without the outsider, and with {"Effect": "Deny", "Principal": {"AWS": "$CAROL_ARN"}, "Action": "kms:*", "Resource": "*"}: a Deny wins over her identity policy.',
    'Recover: create-key with a policy like the one you just put; a grant for reporting; then for each page aws kms re-encrypt --ciphertext-blob fileb://pages/1.enc --source-encryption-context page=1 --destination-key-id … --destination-encryption-context page=1 --query CiphertextBlob --output text | base64 --decode > new, and mv new pages/1.enc.',
    'At last aws kms update-alias --alias-name alias/ledger --target-key-id …, and disable-key for the old one. incident.json is like {"by": "arn:…", "grants": ["…"], "outsider": "123456789012", "read": ["1"]}.',
  ],
  parts: {
    found: {
      done: 'incident.json tells who opened the doors, which, to whom, and what was read',
      async look(at) {
        const text = (await at.read('incident.json')).toString();
        let told: Readonly<Record<string, unknown>> = {};
        try {
          told = Object(JSON.parse(text));
        } catch {
          missing('incident.json is not JSON');
        }
        const truth = {
          grants: at.fact('backDoors').split(' '),
          outsider: at.account('supplier'),
          by: at.arn('carol'),
          read: readByStrangers,
        };
        const wrong = Object.entries(truth).filter(([name, value]) => asText(told[name]) !== asText(value));
        if (wrong.length > 0) missing(`not so yet in incident.json: ${wrong.map(([name]) => name).join(', ')}`);
      },
    },
    doors: {
      done: 'neither dana nor erin may decrypt with the key of the incident',
      async look(at) {
        for (const who of ['dana', 'erin']) {
          if ((await answerToDecrypt(at.as(who), oldPage(at))) !== refused) missing(`${who} may still decrypt with it`);
        }
      },
    },
    carol: {
      done: 'carol can neither use that key nor give it away',
      async look(at) {
        const carol = at.as('carol');
        if ((await answerToDecrypt(carol, oldPage(at))) !== refused) missing('carol may still decrypt with it');
        if ((await answerToGrant(carol, at.fact('oldKey'), at.arn('dana'))) !== refused) {
          missing('carol may still make grants');
        }
      },
    },
    newKey: {
      done: 'alias/ledger names a new key, and the old one is disabled',
      async look(at) {
        const { KeyState } = await newKey(at);
        if (KeyState !== 'Enabled') missing(`the new key is ${KeyState}`);
        const { KeyMetadata } = await at.as('alice').describeKey({ KeyId: at.fact('oldKey') });
        if (KeyMetadata?.KeyState === 'Enabled') missing('the key of the incident is still enabled');
      },
    },
    works: {
      done: 'app and reporting work with the new key; dana, erin and carol do not',
      after: ['newKey'],
      async look(at) {
        const page = await newPage(at, '1');
        const { Arn = '' } = await newKey(at);
        const may = 'DryRunOperationException';
        const encrypted = { KeyId: Arn, Plaintext: Buffer.from('a page'), EncryptionContext: page.EncryptionContext };
        const written = await at
          .as('app')
          .encrypt({ ...encrypted, DryRun: true })
          .catch(({ name }: Error) => name);
        if (written !== may) missing(`app may not encrypt: it gets ${written}`);
        for (const who of ['app', 'reporting']) {
          const answer = await answerToDecrypt(at.as(who), page);
          if (answer !== may) missing(`${who} may not decrypt pages/1.enc: it gets ${answer}`);
        }
        for (const who of ['dana', 'erin', 'carol']) {
          if ((await answerToDecrypt(at.as(who), page)) !== refused) missing(`${who} may decrypt with the new key`);
        }
        if ((await answerToGrant(at.as('carol'), Arn, at.arn('dana'))) !== refused)
          missing('carol may make grants on it');
      },
    },
    pages: {
      done: 'the four pages are encrypted under the new key',
      after: ['works'],
      async look(at) {
        const { Arn } = await newKey(at);
        for (const [number, text] of Object.entries(pages)) {
          const { KeyId, Plaintext } = await at.as('app').decrypt(await newPage(at, number));
          if (KeyId !== Arn) missing(`pages/${number}.enc is still under ${KeyId}`);
          if (!Buffer.from(text).equals(Plaintext ?? Buffer.alloc(0)))
            missing(`pages/${number}.enc is not page ${number}`);
        }
      },
    },
  },
});
