import type { GrantListEntry } from '@aws-sdk/client-kms';
import { administrator, type Look, lesson, may, mayCall, missing, nobody } from '../lesson.ts';

const alias = 'alias/letters';
const DryRun = true;
type Context = Readonly<Record<string, string>>;

const letter = { tenant: 'blue', kind: 'letter' };
const invoice = { tenant: 'blue', kind: 'invoice' };
const strange = { tenant: 'red', kind: 'letter' };

const mayDecrypt = (at: Look, user: string, EncryptionContext: Context) =>
  may(at.as(user).decrypt({ KeyId: alias, EncryptionContext, DryRun, DryRunModifiers: ['IGNORE_CIPHERTEXT'] }));

const grantsOf = async (at: Look, user?: string): Promise<readonly GrantListEntry[]> => {
  const { Grants = [] } = await at.examiner().listGrants({ KeyId: at.fact('lettersKey') });
  return user === undefined ? Grants : Grants.filter(({ GranteePrincipal }) => GranteePrincipal === at.arn(user));
};

const told = (context: Context): string =>
  Object.keys(context).length === 0
    ? 'without an encryption context'
    : `with ${Object.entries(context)
        .map(([name, value]) => `${name}=${value}`)
        .join(',')}`;

/** Throws unless a user may decrypt in these contexts, and in no other of those. */
const confine = async (at: Look, user: string, allowed: readonly Context[], refused: readonly Context[]) => {
  for (const one of allowed) if (!(await mayDecrypt(at, user, one))) missing(`${user} may not decrypt ${told(one)}`);
  for (const one of refused) if (await mayDecrypt(at, user, one)) missing(`${user} may decrypt ${told(one)} too`);
  const Plaintext = Buffer.from('?');
  if (await may(at.as(user).encrypt({ KeyId: alias, Plaintext, EncryptionContext: letter, DryRun }))) {
    missing(`${user} may encrypt too`);
  }
};

export default lesson({
  title: 'Grants',
  minutes: 30,
  accounts: {
    home: { users: { alice: administrator, bob: nobody, carol: mayCall('ListRetirableGrants'), dave: nobody } },
  },
  async prepare(lab) {
    const kms = lab.as('alice');
    const { KeyMetadata } = await kms.createKey({ Description: 'letters of all tenants' });
    const { KeyId, Arn = '' } = KeyMetadata ?? {};
    await kms.createAlias({ AliasName: alias, TargetKeyId: KeyId });
    const seal = async (file: string, text: string, EncryptionContext: Context) => {
      const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: Buffer.from(text), EncryptionContext });
      await lab.write(file, CiphertextBlob ?? '');
    };
    await seal('blue.enc', 'Dear blue, your order has left the house.\n', letter);
    await seal('red.enc', 'Dear red, this is none of the business of blue.\n', strange);
    await kms.createGrant({
      KeyId,
      Name: 'last-month',
      GranteePrincipal: lab.arn('bob'),
      RetiringPrincipal: lab.arn('carol'),
      Operations: ['Decrypt'],
    });
    return { lettersKey: Arn };
  },
  hints: [
    'aws kms list-grants --key-id "$LETTERS_KEY" shows the grants. aws --profile carol kms list-retirable-grants --retiring-principal "$CAROL_ARN" shows carol those that she may retire.',
    'aws --profile carol kms retire-grant takes --key-id with the ARN of the key, and --grant-id.',
    'aws kms create-grant --operations Decrypt CreateGrant --constraints EncryptionContextSubset={tenant=blue} …: Subset means that the context of the call must have this pair, and may have others; Equals, that it has this pair alone.',
    'The answer of create-grant has the GrantToken: --query GrantToken --output text > token.txt. Lost it? With --name, the same call again is the same grant, with another token; both work.',
    'aws --profile bob kms decrypt --ciphertext-blob fileb://blue.enc --encryption-context tenant=blue,kind=letter --grant-tokens "$(cat token.txt)" …',
    'The grant for dave is made by bob: aws --profile bob kms create-grant …, with EncryptionContextSubset={tenant=blue,kind=letter} and --operations Decrypt.',
  ],
  parts: {
    gone: {
      done: 'the grant last-month is gone',
      async look(at) {
        if ((await grantsOf(at)).some(({ Name }) => Name === 'last-month')) {
          missing('bob still has the grant last-month, by which he may decrypt the letters of every tenant');
        }
      },
    },
    retired: {
      done: 'carol retired it',
      after: ['gone'],
      records: true,
      async look(at) {
        const retired = await at.records({ operation: 'RetireGrant', user: 'carol', error: 'none' });
        if (retired.length === 0) missing('it is gone, but no RetireGrant of carol is in the audit log');
      },
    },
    grant: {
      done: 'a grant lets bob decrypt where the context has tenant=blue, and nothing else',
      after: ['gone'],
      async look(at) {
        if ((await grantsOf(at, 'bob')).length === 0) missing('bob has no grant on the key');
        await confine(at, 'bob', [letter, invoice, { tenant: 'blue' }], [strange, { kind: 'letter' }, {}]);
      },
    },
    token: {
      done: 'token.txt is a token of that grant, and carol may retire it by that',
      after: ['grant'],
      async look(at) {
        const GrantToken = (await at.read('token.txt')).toString().trim();
        if (!(await may(at.as('carol').retireGrant({ GrantToken, DryRun })))) {
          missing('carol may not retire the grant of token.txt: it does not name her');
        }
      },
    },
    opened: {
      done: 'bob opened blue.enc by it, into opened.txt',
      after: ['grant'],
      records: true,
      async look(at) {
        const since = Math.min(...(await grantsOf(at, 'bob')).map(({ CreationDate }) => CreationDate?.getTime() ?? 0));
        const calls = await at.records({
          operation: 'Decrypt',
          user: 'bob',
          error: 'none',
          key: at.fact('lettersKey'),
        });
        if (!calls.some(({ eventTime }) => Date.parse(eventTime) + 1000 > since)) {
          missing('no Decrypt of bob since he has that grant is in the audit log');
        }
        const CiphertextBlob = await at.read('blue.enc');
        const { Plaintext } = await at.examiner().decrypt({ CiphertextBlob, EncryptionContext: letter });
        if (!(await at.read('opened.txt')).equals(Plaintext ?? new Uint8Array())) {
          missing('opened.txt is not what blue.enc opens to');
        }
      },
    },
    narrower: {
      done: 'a grant lets dave decrypt where the context has kind=letter as well, and nothing else',
      after: ['grant'],
      async look(at) {
        if ((await grantsOf(at, 'dave')).length === 0) missing('dave has no grant on the key');
        await confine(at, 'dave', [letter], [invoice, { tenant: 'blue' }, strange, {}]);
      },
    },
    passedOn: {
      done: 'bob made it',
      after: ['narrower'],
      records: true,
      async look(at) {
        const made = await at.records({ operation: 'CreateGrant', user: 'bob', error: 'none' });
        if (made.length === 0) missing('dave has a grant, but no CreateGrant of bob is in the audit log');
      },
    },
  },
});
