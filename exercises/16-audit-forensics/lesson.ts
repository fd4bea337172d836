import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { administrator, type Lab, type Look, lesson, missing } from '../lesson.ts';
import {
  bodyOf,
  type Call,
  digestsOf,
  type LogFile,
  logFilesOf,
  newIdentity,
  newSigningKey,
  recordsOf,
  sha256,
} from './trail.ts';

const folder = 'evidence/audit';
const users = ['bob', 'nils', 'rosa'] as const;
const leaked = '4711';

/** At which minute of the day who opened whose file. The last of nils is the one that is edited. */
const ofNils = [
  [9 * 60 + 21, '4703'],
  [10 * 60 + 2, '4716'],
  [11 * 60 + 47, '4707', 'refused'],
  [13 * 60 + 8, '4719'],
  [13 * 60 + 9, '4703'],
  [15 * 60 + 33, '4722', 'refused'],
  [14 * 60 + 27, leaked],
] as const;
const ofBob = [9 * 60 + 12, leaked] as const;

/** @param day its beginning */
const callsOf = (day: number): readonly Call[] => {
  const at = (minute: number, user: string, customer: string, isRefused = false): Call => ({
    time: new Date(day + minute * 60_000 + ((minute * 17) % 60) * 1000),
    user,
    customer,
    isRefused,
  });
  const others = Array.from({ length: 56 }, (_, index) => {
    const minute = 8 * 60 + 3 + index * 11;
    return at(minute, index % 3 === 0 ? 'bob' : 'rosa', `${4700 + ((index * 7) % 11)}`, index % 19 === 18);
  });
  const nils = ofNils.map(([minute, customer, refused]) => at(minute, 'nils', customer, refused !== undefined));
  return [...others, ...nils, at(ofBob[0], 'bob', ofBob[1])].sort(
    (one, other) => Number(one.time) - Number(other.time),
  );
};

/** Of all files in the evidence, by names and contents. */
const markOf = (files: readonly (readonly [string, Uint8Array])[]): string => {
  const sorted = files.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return sha256(Buffer.from(sorted.map(([name, bytes]) => `${name} ${sha256(bytes)}\n`).join('')));
};

/** Puts bob in the place of nils in one record. */
const edited = (file: LogFile, eventID: string, userIdentity: LogFile['records'][number]['userIdentity']): LogFile => ({
  ...file,
  records: file.records.map((record) => (record.eventID === eventID ? { ...record, userIdentity } : record)),
});

const prepare = async (lab: Lab) => {
  const office = lab.account('office');
  const vault = `44${office.slice(2)}`;
  const keyArn = `arn:aws:kms:us-east-1:${vault}:key/1234abcd-12ab-34cd-56ef-${randomBytes(6).toString('hex')}`;
  const identities = Object.fromEntries(users.map((user) => [user, newIdentity(office, user)]));
  const yesterday = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 86_400_000;
  const records = callsOf(yesterday).flatMap((call) => {
    const caller = identities[call.user];
    return caller ? recordsOf(call, caller, keyArn) : [];
  });

  const key = newSigningKey();
  const written = new Map<string, Buffer>();
  const write = (object: string, bytes: Buffer) => written.set(`${folder}/${object}`, bytes);
  const planted = records.find(
    ({ userIdentity, requestParameters }) =>
      userIdentity.userName === 'nils' && requestParameters.encryptionContext.customer === leaked,
  );
  let file = '';
  for (const account of [office, vault]) {
    const files = logFilesOf(account, records);
    for (const [object, bytes] of digestsOf(account, files, key)) write(object, bytes);
    write(`AWSLogs/${account}/CloudTrail-Digest/${key.fingerprint}.pem`, Buffer.from(key.publicPem));
    for (const one of files) {
      const isPlanted = planted !== undefined && one.records.includes(planted);
      if (isPlanted) file = one.object;
      const bob = identities.bob ?? newIdentity(office, 'bob');
      write(one.object, gzipSync(bodyOf(isPlanted ? edited(one, planted.eventID, bob) : one)));
    }
  }
  for (const [name, bytes] of written) await lab.write(name, bytes);
  await lab.write('trail-key.pem', key.publicPem);
  const opened = ofNils.filter(([, , refused]) => refused === undefined).map(([, customer]) => customer);
  return {
    vaultAccount: vault,
    file,
    event: planted?.eventID ?? '',
    who: identities.nils?.arn ?? '',
    opened: [...new Set(opened)].sort().join(' '),
    mark: markOf([...written]),
  };
};

const findings = async (at: Look): Promise<Readonly<Record<string, unknown>>> => {
  try {
    return Object(JSON.parse((await at.read('findings.json')).toString()));
  } catch (error) {
    if (error instanceof SyntaxError) missing('findings.json is not JSON');
    throw error;
  }
};

export default lesson({
  title: 'Audit forensics',
  minutes: 35,
  accounts: { office: { users: { alice: administrator } } },
  prepare,
  hidden: ['file', 'event', 'who', 'opened', 'mark'],
  hints: [
    'kms audit query --data evidence --context customer=4711 tells who opened that file, as the log has it. Each call is there twice: in the log of the office, and in that of the vault, which knows the caller only as AIDA… of an account.',
    'kms audit verify --data evidence --public-key trail-key.pem names the file that is not as it was.',
    'gunzip -c evidence/audit/FILE shows its records. Each call that succeeded has a sharedEventID; its other copy has the same one: kms audit query --data evidence --json | grep THAT-ID. Compare the principalId in both.',
    'Whose principalId is it? kms audit query --data evidence --principal AIDA… --json | head -1 has the ARN, in records that are as they were.',
    'Opened: kms audit query --data evidence --principal nils --operation Decrypt --error none (or whoever it was), and the call that was edited besides. {"file": "AWSLogs/…", "event": "…", "who": "arn:…", "opened": ["…"]}',
  ],
  parts: {
    untouched: {
      done: 'the evidence is as you got it',
      async look(at) {
        const names = (await at.files()).filter((name) => name.startsWith('evidence'));
        const files = await Promise.all(
          names.map(async (name) => [name.replaceAll('\\', '/'), await at.read(name)] as const),
        );
        if (markOf(files) !== at.fact('mark')) {
          missing('files in evidence/ were changed, added or removed: work on copies. kms course reset 16 begins anew');
        }
      },
    },
    file: {
      done: 'findings.json names the log file that was changed',
      async look(at) {
        const { file } = await findings(at);
        if (!String(file).endsWith(at.fact('file'))) missing(`the digests have nothing against ${file}`);
      },
    },
    event: {
      done: 'and the record in it that was edited',
      after: ['file'],
      async look(at) {
        const { event } = await findings(at);
        if (event !== at.fact('event')) missing(`${event} is not it: give its eventID in the log that was changed`);
      },
    },
    who: {
      done: 'and who made that call',
      after: ['event'],
      async look(at) {
        const { who } = await findings(at);
        if (who !== at.fact('who')) missing(`${who}: the log of the vault has another principalId for that call`);
      },
    },
    opened: {
      done: 'and whose files they opened that day, all of them, and no others',
      after: ['who'],
      async look(at) {
        const { opened } = await findings(at);
        const told = new Set(Array.isArray(opened) ? opened.map(String) : []);
        const truth = new Set(at.fact('opened').split(' '));
        const lacking = [...truth].filter((customer) => !told.has(customer)).length;
        const wrong = [...told].filter((customer) => !truth.has(customer));
        if (wrong.length > 0) missing(`not opened by them: ${wrong.join(', ')}; a refused call opens nothing`);
        if (lacking > 0) missing(`${lacking} more customers; also count the call that was edited`);
      },
    },
  },
});
