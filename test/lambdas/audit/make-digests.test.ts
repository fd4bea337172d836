import { createPublicKey, verify } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256 } from '../../../core/audit/digest.ts';
import { verifyFolder } from '../../../local/audit/verify-folder.ts';
import { account, newWorld, otherAccount, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await world.close();
});

const deliverAt = async (time: string, owner = account) => {
  world.setClock(time);
  await world.record(owner);
  expect(await world.handle(await world.receive())).toBe(0);
};
const digestsAt = async (time: string) => {
  world.setClock(time);
  await world.makeDigests();
};
const digests = async () => (await world.allFiles()).filter((object) => /CloudTrail-Digest_.*\.json\.gz$/.test(object));
const spans = async () => {
  const found = await Promise.all((await digests()).map(world.contentOf));
  return found.map(
    (one) => `${one.digestStartTime.slice(11, 16)} ${one.digestEndTime.slice(11, 16)} ${one.logFiles.length}`,
  );
};
/** As `npm run audit -- verify` does with a folder that `aws s3 sync` has filled, and the public key that is in it. */
const verified = async () => {
  const folder = await world.sync();
  const keyFiles: string[] = [];
  for (const path of await readdir(folder, { recursive: true }))
    if (path.endsWith('.pem')) keyFiles.push(join(folder, path));
  expect(keyFiles).not.toEqual([]);
  return verifyFolder({ folder, keyFiles });
};
const damages = async () =>
  [...(await verified()).values()].flatMap((one) => one.damages).map(({ kind, object }) => `${kind} ${object}`);

describe('digests in the bucket', () => {
  it('cover each hour that has ended, for each account by itself, and the verifier finds all as it was', async () => {
    await deliverAt('2027-01-31T10:20:30Z');
    await deliverAt('2027-01-31T10:59:59Z');
    await deliverAt('2027-01-31T12:00:00Z');
    await deliverAt('2027-01-31T12:30:00Z', otherAccount);
    await digestsAt('2027-01-31T13:10:00Z');
    expect(await spans()).toEqual(['10:00 11:00 2', '11:00 12:00 0', '12:00 13:00 1', '12:00 13:00 1']);
    const results = await verified();
    const told = [...results].map(([place, { damages: found, digests: count }]) => [place, found, count]);
    expect(told.toSorted()).toEqual([
      [`${account}/us-east-1`, [], 3],
      [`${otherAccount}/us-east-1`, [], 1],
    ]);
  });

  it('are made by one pass after the other, as the hours end', async () => {
    await deliverAt('2027-01-31T10:20:30Z');
    await digestsAt('2027-01-31T11:10:00Z');
    await deliverAt('2027-01-31T11:20:30Z');
    await digestsAt('2027-01-31T12:10:00Z');
    expect(await spans()).toEqual(['10:00 11:00 1', '11:00 12:00 1']);
    expect(await damages()).toEqual([]);
  });

  it('wait until no file of their hour can come any more', async () => {
    await deliverAt('2027-01-31T10:59:30Z');
    await digestsAt('2027-01-31T11:04:59Z');
    expect(await spans()).toEqual([]);
    await digestsAt('2027-01-31T11:05:00Z');
    expect(await spans()).toEqual(['10:00 11:00 1']);
  });

  it('are named after the bucket and this Region, and signed in their metadata as CloudTrail signs', async () => {
    await deliverAt('2027-01-31T10:20:30Z');
    await digestsAt('2027-01-31T11:10:00Z');
    const [object = ''] = await digests();
    expect(object).toBe(
      `AWSLogs/${account}/CloudTrail-Digest/us-east-1/2027/01/31/${account}_CloudTrail-Digest_us-east-1_serverless-kms_us-east-1_20270131T110000Z.json.gz`,
    );
    const stored = await world.trail.get(object);
    const bytes = gunzipSync(stored?.bytes ?? '');
    const digest = JSON.parse(bytes.toString());
    expect(digest).toMatchObject({ digestS3Bucket: 'audit-log', logFiles: [{ s3Bucket: 'audit-log' }] });
    const [pem = ''] = (await world.allFiles()).filter((name) => name.endsWith('.pem'));
    expect(pem).toContain(digest.digestPublicKeyFingerprint);
    const key = createPublicKey((await world.trail.get(pem))?.bytes ?? '');
    const text = ['2027-01-31T11:00:00Z', `audit-log/${object}`, sha256(bytes), 'null'].join('\n');
    const { signature = '', 'signature-algorithm': algorithm } = stored?.metadata ?? {};
    expect(algorithm).toBe('SHA256withRSA');
    expect(verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'hex'))).toBe(true);
  });

  it('are the same when they are made by several at once', async () => {
    await deliverAt('2027-01-31T10:20:30Z');
    await deliverAt('2027-01-31T11:20:30Z');
    world.setClock('2027-01-31T12:10:00Z');
    const context = { getRemainingTimeInMillis: () => 900_000 };
    await Promise.all([world.newDigestMaker(), world.newDigestMaker()].map((make) => make({}, context)));
    expect(await spans()).toEqual(['10:00 11:00 1', '11:00 12:00 1']);
    expect((await world.allFiles()).filter((name) => name.endsWith('.pem'))).toHaveLength(1);
    const [first = ''] = await digests();
    const before = await world.trail.get(first);
    await digestsAt('2027-01-31T12:50:00Z');
    expect(await world.trail.get(first)).toEqual(before);
    expect(await damages()).toEqual([]);
  });

  it.each([
    ['a digest and the copy of its signature', /^PUT .*\.sig\.json$/],
    ['a public key and the digest', /^PUT .*CloudTrail-Digest_.*gz$/],
    ['one digest and the next', /^PUT .*T120000Z\.json\.gz$/],
  ])('are finished by the next pass after a crash between %s', async (_, where) => {
    await deliverAt('2027-01-31T10:20:30Z');
    await deliverAt('2027-01-31T11:20:30Z');
    world.aws.fault = ({ what }) => (where.test(what) ? 'cut before' : undefined);
    await expect(digestsAt('2027-01-31T12:10:00Z')).rejects.toThrow('1 accounts and Regions failed');
    expect(world.lines.find(({ level }) => level === 'error')).toMatchObject({
      message: `No digest of the audit log of ${account} in us-east-1 was made`,
    });
    world.aws.fault = () => undefined;
    await digestsAt('2027-01-31T12:12:00Z');
    expect(await spans()).toEqual(['10:00 11:00 1', '11:00 12:00 1']);
    expect(await damages()).toEqual([]);
  });

  it('of one account are made although S3 refuses for another, and what is left is made later', async () => {
    await deliverAt('2027-01-31T10:20:30Z');
    await deliverAt('2027-01-31T10:20:30Z', otherAccount);
    world.aws.fault = ({ what }) => (what.startsWith(`PUT /audit-log/AWSLogs/${account}/`) ? 'cut before' : undefined);
    await expect(digestsAt('2027-01-31T11:10:00Z')).rejects.toThrow('digests: 1 made, 1 accounts and Regions failed');
    world.aws.fault = () => undefined;
    await digestsAt('2027-01-31T12:10:00Z');
    expect(await spans()).toEqual(['10:00 11:00 1', '11:00 12:00 0', '10:00 11:00 1', '11:00 12:00 0']);
    expect(await damages()).toEqual([]);
  });

  it('stop in time before Lambda ends the function, and go on in the next pass', async () => {
    await deliverAt('2027-01-31T10:20:30Z');
    world.setClock('2027-01-31T13:10:00Z');
    await world.makeDigests(119_999);
    expect(await spans()).toEqual([]);
    await world.makeDigests(120_000);
    expect(await spans()).toHaveLength(3);
  });
});

describe('verification of a synced folder finds', () => {
  beforeEach(async () => {
    await deliverAt('2027-01-31T10:20:30Z');
    await deliverAt('2027-01-31T11:20:30Z');
    await digestsAt('2027-01-31T12:10:00Z');
    expect(await damages()).toEqual([]);
  });

  it('a log file that somebody replaced, whom the next digest does not follow', async () => {
    const [file = ''] = await world.logFiles();
    await world.overwrite(file, gzipSync('{"Records":[]}'));
    await digestsAt('2027-01-31T13:10:00Z');
    expect(await damages()).toEqual([`changed ${file}`]);
  });

  it('a log file that somebody added to an hour that has its digest', async () => {
    const [file = ''] = await world.logFiles();
    const added = file.replace(/_\w{16}\.json/, '_AAAAAAAAAAAAAAAA.json');
    await world.overwrite(added, gzipSync('{"Records":[]}'));
    await digestsAt('2027-01-31T13:10:00Z');
    expect(await damages()).toEqual([`added ${added}`]);
  });

  it('a digest that somebody replaced by what is none, and the chain that begins anew', async () => {
    const [, last = ''] = await digests();
    await world.overwrite(last, Buffer.from('x'));
    await deliverAt('2027-01-31T12:20:30Z');
    await digestsAt('2027-01-31T13:10:00Z');
    expect(world.lines.at(-2)).toMatchObject({
      level: 'error',
      message: expect.stringContaining(`${last} cannot be read`),
    });
    const [, , anew = ''] = await digests();
    expect(await damages()).toEqual(expect.arrayContaining([`changed ${last}`, `missing ${anew}`]));
  });
});

it('leaves out of the digests, and tells of, a log file that is none', async () => {
  await deliverAt('2027-01-31T10:20:30Z');
  const [file = ''] = await world.logFiles();
  const odd = file.replace(/_\w{16}\.json/, '_0000000000000001.json');
  await world.overwrite(odd, Buffer.from('x'));
  await digestsAt('2027-01-31T11:10:00Z');
  expect(await spans()).toEqual(['10:00 11:00 1']);
  expect(world.lines.at(-2)).toMatchObject({
    level: 'error',
    message: `${odd} cannot be read, and will be in no digest`,
  });
});

it('does nothing where nothing was called', async () => {
  await world.makeDigests();
  expect(await world.allFiles()).toEqual([]);
  expect(world.aws.asked.filter(({ service }) => service === 'secretsmanager')).toEqual([]);
});
