import { administrator, type Look, lesson, may, mayCall, missing, nobody } from '../lesson.ts';

const DryRun = true;

const mayEncrypt = (at: Look, user: string, KeyId: string) =>
  may(at.as(user).encrypt({ KeyId, Plaintext: Buffer.from('?'), DryRun }));

const mayDecrypt = (at: Look, user: string, KeyId: string) =>
  may(at.as(user).decrypt({ KeyId, DryRun, DryRunModifiers: ['IGNORE_CIPHERTEXT'] }));

/** By which somebody of another account names the key. */
const aliasArn = async (at: Look, name: string): Promise<string> => {
  const { Aliases = [] } = await at.examiner().listAliases({});
  return Aliases.find(({ AliasName }) => AliasName === name)?.AliasArn ?? missing(`there is no ${name} yet`);
};

export default lesson({
  title: 'Two policies, two accounts',
  minutes: 30,
  accounts: {
    home: { users: { alice: administrator, bob: mayCall('Encrypt', 'Decrypt'), erin: nobody } },
    partner: { users: { carol: administrator, dave: nobody } },
  },
  async prepare(lab) {
    const kms = lab.as('alice');
    const root = (account: string) => ({ AWS: `arn:aws:iam::${lab.account(account)}:root` });
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: root('home'), Action: 'kms:*', Resource: '*' },
        { Effect: 'Allow', Principal: root('partner'), Action: 'kms:Decrypt', Resource: '*' },
      ],
    });
    const { KeyMetadata } = await kms.createKey({ Description: 'archive, which the partner may read', Policy });
    const Plaintext = Buffer.from('what dave has no business to read\n');
    const { CiphertextBlob } = await kms.encrypt({ KeyId: KeyMetadata?.KeyId, Plaintext });
    await lab.write('archive.enc', CiphertextBlob ?? '');
    return { archiveKey: KeyMetadata?.Arn ?? '' };
  },
  hints: [
    'A key that is made without a policy gets the default one: aws kms get-key-policy --key-id KEY --query Policy --output text shows it. It names the account, so identity policies decide.',
    'aws kms put-key-policy takes a key id or ARN, no alias, and --policy file://team.json. It replaces the whole policy: keep the statement that lets you change it.',
    'For alias/vault: as long as a statement names arn:aws:iam::…:root, identity policies count, and bob has one. Name alice and erin instead.',
    'aws --profile bob kms encrypt --dry-run … asks whether bob may: DryRunOperation means yes, AccessDenied no. kms simulate --principal ARN --action kms:Decrypt --key ARN tells why.',
    'For alias/exchange: a second statement with "Principal": {"AWS": "arn:aws:iam::PARTNER_ACCOUNT:root"} and the two actions.',
    'What dave needs is an identity policy: Version, and a Statement with Effect, Action and the ARN of the exchange key as Resource, without Principal. kms principals attach policy dave.json --to "$DAVE_ARN"',
  ],
  parts: {
    identity: {
      done: 'alias/team leaves it to identity policies: bob may encrypt and decrypt',
      async look(at) {
        const both = (await mayEncrypt(at, 'bob', 'alias/team')) && (await mayDecrypt(at, 'bob', 'alias/team'));
        if (!both)
          missing('bob is refused, though his identity policy allows it: the key policy must name the account');
      },
    },
    direct: {
      done: 'its key policy lets erin decrypt, and no more',
      after: ['identity'],
      async look(at) {
        if (!(await mayDecrypt(at, 'erin', 'alias/team'))) {
          missing('erin may not decrypt under alias/team; she has no identity policy, so the key policy must name her');
        }
        if (await mayEncrypt(at, 'erin', 'alias/team')) missing('erin may encrypt under alias/team too');
      },
    },
    vault: {
      done: 'alias/vault is for erin, and identity policies do not count',
      async look(at) {
        for (const ask of [mayEncrypt, mayDecrypt]) {
          const what = ask === mayEncrypt ? 'encrypt' : 'decrypt';
          if (!(await ask(at, 'erin', 'alias/vault'))) missing(`erin may not ${what} under alias/vault`);
          if (await ask(at, 'bob', 'alias/vault')) {
            missing(
              `bob may ${what} under alias/vault, by his identity policy: the key policy still names the account`,
            );
          }
        }
      },
    },
    account: {
      done: 'alias/exchange lets the other account decrypt, and no more: carol may',
      async look(at) {
        const key = await aliasArn(at, 'alias/exchange');
        if (!(await mayDecrypt(at, 'carol', key))) {
          missing(
            "carol may not decrypt under alias/exchange; she may do all that her account may, so it is the key's policy",
          );
        }
        if (await mayEncrypt(at, 'carol', key)) missing('carol may encrypt under alias/exchange too');
      },
    },
    both: {
      done: 'dave may decrypt under it: his account says so too',
      after: ['account'],
      async look(at) {
        if (!(await mayDecrypt(at, 'dave', await aliasArn(at, 'alias/exchange')))) {
          missing(
            "dave may not decrypt under alias/exchange: he has no identity policy that allows it, whatever the key's says",
          );
        }
      },
    },
    opened: {
      done: 'offer.enc is offer.txt under alias/exchange, and dave can open it',
      after: ['both'],
      async look(at) {
        const CiphertextBlob = await at.read('offer.enc');
        const { Plaintext } = await at
          .as('dave')
          .decrypt({ KeyId: await aliasArn(at, 'alias/exchange'), CiphertextBlob });
        if (!(await at.read('offer.txt')).equals(Plaintext ?? new Uint8Array())) {
          missing('offer.enc opens, but to something else than offer.txt');
        }
      },
    },
    narrow: {
      done: 'dave was refused archive.enc, and still is',
      after: ['both'],
      records: true,
      async look(at) {
        if (await mayDecrypt(at, 'dave', at.fact('archiveKey'))) {
          missing('dave may use the key of the archive too: his identity policy is wider than the one key');
        }
        const refused = await at.records({ operation: 'Decrypt', user: 'dave', error: 'AccessDenied' });
        if (refused.length === 0) missing('try it: no Decrypt of dave that was refused is in the audit log');
      },
    },
  },
});
