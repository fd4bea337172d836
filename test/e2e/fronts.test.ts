import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { askControl } from '../../cli/control.ts';
import { filedRecords } from './audit-files.ts';
import { newFolder, removeFolders } from './folders.ts';
import { runHere } from './run-here.ts';
import { type SignedCalls, signedCalls } from './signed-calls.ts';
import { killAll, type RunningKms, startKms } from './start-kms.ts';

const processes = 2;
const statement = { Effect: 'Allow', Action: 'kms:*', Resource: '*' };
const policies = JSON.stringify([{ Version: '2012-10-17', Statement: [statement] }]);
const Plaintext = Buffer.from('p').toString('base64');

const startFronts = async (data?: string) =>
  startKms({ data: data ?? (await newFolder()), args: ['--processes', String(processes)] });

const pidsOfFronts = ({ ready }: RunningKms): readonly number[] =>
  execFileSync('pgrep', ['-P', String(ready.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean)
    .map(Number);

const opened: SignedCalls[] = [];
/** A connection to each front: they are dealt out in turn, and each client here sends one call at a time. */
const toEachFront = async (service: RunningKms, profile = 'admin'): Promise<readonly SignedCalls[]> => {
  const calls: SignedCalls[] = [];
  while (calls.length < processes) {
    const one = await signedCalls(service.endpoint, await service.credentials(profile));
    await one.call('GenerateRandom', { NumberOfBytes: 1 });
    calls.push(one);
  }
  opened.push(...calls);
  return calls;
};

const oneOf = <T>(all: readonly T[]): T => all[randomInt(all.length)] as T; // never of none

const done = async (call: ReturnType<SignedCalls['call']>) => {
  const { status, members, text } = await call;
  if (status !== 200) throw new Error(text);
  return members;
};

afterEach(() => {
  for (const calls of opened.splice(0)) calls.close();
});
afterAll(async () => {
  await killAll();
  await removeFolders();
});

describe('several processes', () => {
  it('each answer, what one has changed is so at once for all, and nobody is ever told of what was before', async () => {
    const service = await startFronts();
    const fronts = await toEachFront(service);
    const asAlice = await toEachFront(service, 'alice');
    const [front] = fronts as [SignedCalls];
    const newKey = async () => (await done(front.call('CreateKey'))).KeyMetadata;
    const [{ KeyId, Arn }, other] = [await newKey(), await newKey()];
    const AliasName = 'alias/a';
    await done(front.call('CreateAlias', { AliasName, TargetKeyId: KeyId }));
    const { Policy } = await done(front.call('GetKeyPolicy', { KeyId }));
    const GranteePrincipal = 'arn:aws:iam::111122223333:user/alice';

    /** Changes something by one front, and tells what each of them must then answer. */
    const changes: readonly (() => Promise<(calls: SignedCalls, i: number) => Promise<void>>)[] = [
      async () => {
        await done(oneOf(fronts).call('DisableKey', { KeyId }));
        return async (calls) =>
          expect((await calls.call('Encrypt', { KeyId, Plaintext })).members.__type).toBe('DisabledException');
      },
      async () => {
        const Description = String(randomInt(1e9));
        await done(oneOf(fronts).call('UpdateKeyDescription', { KeyId, Description }));
        return async (calls) =>
          expect((await done(calls.call('DescribeKey', { KeyId }))).KeyMetadata.Description).toBe(Description);
      },
      async () => {
        const target = oneOf([Arn, other.Arn]);
        await done(oneOf(fronts).call('UpdateAlias', { AliasName, TargetKeyId: target }));
        return async (calls) =>
          expect((await done(calls.call('DescribeKey', { KeyId: AliasName }))).KeyMetadata.Arn).toBe(target);
      },
      async () => {
        await done(oneOf(fronts).call('DeleteAlias', { AliasName }));
        const gone = await Promise.all(fronts.map((calls) => calls.call('DescribeKey', { KeyId: AliasName })));
        expect(gone.map(({ members }) => members.__type)).toEqual(fronts.map(() => 'NotFoundException'));
        await done(oneOf(fronts).call('CreateAlias', { AliasName, TargetKeyId: other.KeyId }));
        return async (calls) =>
          expect((await done(calls.call('DescribeKey', { KeyId: AliasName }))).KeyMetadata.Arn).toBe(other.Arn);
      },
      async () => {
        const denied = { Effect: 'Deny', Principal: '*', Action: 'kms:ListResourceTags', Resource: '*' };
        const { Version, Statement } = JSON.parse(Policy);
        const changed = JSON.stringify({ Version, Statement: [...Statement, denied] });
        const put = (text: string) => done(oneOf(fronts).call('PutKeyPolicy', { KeyId, Policy: text }));
        await put(changed);
        const answers = await Promise.all(fronts.map((calls) => calls.call('ListResourceTags', { KeyId })));
        expect(answers.map(({ members }) => members.__type)).toEqual(fronts.map(() => 'AccessDeniedException'));
        await put(Policy);
        return async (calls) => void (await done(calls.call('ListResourceTags', { KeyId })));
      },
      async () => {
        const grant = { KeyId: other.KeyId, GranteePrincipal, Operations: ['Encrypt'] };
        const { GrantId } = await done(oneOf(fronts).call('CreateGrant', grant));
        const encrypt = (calls: SignedCalls) => calls.call('Encrypt', { KeyId: other.KeyId, Plaintext });
        for (const alice of asAlice) await done(encrypt(alice));
        await done(oneOf(fronts).call('RevokeGrant', { KeyId: other.KeyId, GrantId }));
        return async (_, i) =>
          expect((await encrypt(asAlice[i] as SignedCalls)).members.__type).toBe('AccessDeniedException'); // as many as fronts
      },
    ];
    for (let step = 0; step < 60; step += 1) {
      const isSo = await oneOf(changes)();
      await Promise.all(fronts.map(isSo));
      await done(oneOf(fronts).call('EnableKey', { KeyId }));
      await Promise.all(fronts.map((calls) => done(calls.call('Encrypt', { KeyId, Plaintext }))));
    }

    const spools = await readdir(join(service.ready.dataDir, 'audit', 'fronts'));
    expect(spools).toHaveLength(processes);
    for (const name of spools) {
      const { size } = await stat(join(service.ready.dataDir, 'audit', 'fronts', name, 'spool.jsonl'));
      expect(size).toBeGreaterThan(10_000); // it has answered its part
    }
    expect(await service.stop()).toMatchObject({ code: 0 });
    expect(service.stderr()).not.toMatch(/^(error|warn)/m);
  });

  it('answer as one while a record is written: who has seen it new never sees it old again', async () => {
    const service = await startFronts();
    const [writer] = (await toEachFront(service)) as readonly SignedCalls[] as [SignedCalls];
    const readers = await toEachFront(service);
    const { KeyId } = (await done(writer.call('CreateKey', { Description: '0' }))).KeyMetadata;
    let [least, reads, ended] = [0, 0, false];
    const read = async (calls: SignedCalls) => {
      while (!ended) {
        const known = least;
        const { Description } = (await done(calls.call('DescribeKey', { KeyId }))).KeyMetadata;
        expect(Number(Description)).toBeGreaterThanOrEqual(known);
        least = Math.max(least, Number(Description));
        reads += 1;
      }
    };
    const reading = readers.map(read);
    for (let n = 1; n <= 60; n += 1) {
      await done(writer.call('UpdateKeyDescription', { KeyId, Description: String(n) }));
      least = Math.max(least, n);
    }
    ended = true;
    await Promise.all(reading);
    expect(reads).toBeGreaterThan(60);
    await service.stop();
  });

  it('know the last use of a key, the time, and who may call, whichever of them heard of it', async () => {
    const service = await startFronts();
    const fronts = await toEachFront(service);
    const [front] = fronts as [SignedCalls];
    const { KeyId } = (await done(front.call('CreateKey'))).KeyMetadata;
    for (const calls of fronts) {
      const { headers } = await calls.call('Encrypt', { KeyId, Plaintext });
      for (const asked of fronts) {
        const { KeyLastUsage } = await done(asked.call('GetKeyLastUsage', { KeyId }));
        expect(KeyLastUsage).toMatchObject({ KmsRequestId: headers['x-amzn-requestid'] });
      }
    }
    const asAlice = await toEachFront(service, 'alice');
    const file = join(service.ready.dataDir, 'principals.json');
    const allowed = (await readFile(file, 'utf8')).replace('"policies": []', `"policies": ${policies}`);
    await writeFile(file, allowed);
    await expect.poll(service.stderr, { interval: 5 }).toContain('read again');
    for (const alice of asAlice) await done(alice.call('GenerateRandom', { NumberOfBytes: 1 }));

    const { now } = (await askControl(service.ready.dataDir, 'clock', { advance: 'P8D' })) as { now: string };
    const since = await Promise.all(fronts.map((calls) => calls.call('GenerateRandom', { NumberOfBytes: 1 })));
    await service.stop();
    const records = await filedRecords(service.ready.dataDir);
    for (const { headers } of since) {
      const record = records.find(({ requestID }) => requestID === headers['x-amzn-requestid']);
      expect(record).toMatchObject({ eventTime: expect.stringContaining(now.slice(0, 10)) });
    }
  });
});

describe('a process that is killed', () => {
  /** Calls by many connections, until it is told to end. */
  const load = async (service: RunningKms) => {
    const answered: string[] = [];
    let [ended, cutOff] = [false, 0];
    const calls = await signedCalls(service.endpoint, await service.credentials());
    opened.push(calls);
    const { KeyId } = (await done(calls.call('CreateKey'))).KeyMetadata;
    const run = async () => {
      while (!ended) {
        try {
          const { status, headers } = await calls.call('Encrypt', { KeyId, Plaintext });
          expect(status).toBe(200);
          answered.push(String(headers['x-amzn-requestid']));
        } catch (error) {
          if (!/ECONN|socket hang up/.test(String(error))) throw error;
          cutOff += 1;
          await pause(5);
        }
      }
    };
    const running = Promise.all(Array.from({ length: 8 }, run));
    return {
      /** Resolves when many more were answered. */
      goOn: async () => {
        const enough = answered.length + 100;
        await expect.poll(() => answered.length).toBeGreaterThan(enough);
      },
      end: async () => {
        ended = true;
        await running;
        return { answered, cutOff };
      },
    };
  };

  const expectEachOnce = async (data: string, answered: readonly string[], cutOff: number) => {
    const records = (await filedRecords(data)).filter(({ eventName }) => eventName === 'Encrypt');
    const times = new Map<string, number>();
    for (const { requestID } of records) times.set(requestID, (times.get(requestID) ?? 0) + 1);
    expect(answered.filter((id) => !times.has(id))).toEqual([]);
    expect([...times].filter(([, count]) => count > 1)).toEqual([]);
    expect(records.length - answered.length).toBeLessThanOrEqual(cutOff);
    const { code, stdout } = await runHere('audit', { args: ['verify', '--data', data] });
    expect({ code, stdout }).toMatchObject({ code: 0 });
  };

  it('loses nothing that it acknowledged, and another takes its place', async () => {
    const service = await startFronts();
    const notIn = (killed: ReadonlySet<number>) => pidsOfFronts(service).filter((pid) => !killed.has(pid));
    const { goOn, end } = await load(service);
    const killed = new Set<number>();
    for (let kills = 0; kills < 3; kills += 1) {
      await goOn();
      await expect.poll(() => notIn(killed)).not.toEqual([]);
      const front = oneOf(notIn(killed));
      process.kill(front, 'SIGKILL');
      killed.add(front);
    }
    await expect.poll(() => notIn(killed)).toHaveLength(processes);
    await goOn();
    const { answered, cutOff } = await end();
    expect(cutOff).toBeGreaterThan(0);
    expect(await service.stop()).toMatchObject({ code: 0 });
    for (const pid of killed) expect(service.stderr()).toContain(`front ${pid} `);
    await expectEachOnce(service.ready.dataDir, answered, cutOff);
  });

  it('takes down with it the connections that it was given, whether it had them yet or not', async () => {
    const service = await startFronts();
    const [stopped = 0] = pidsOfFronts(service);
    process.kill(stopped, 'SIGSTOP');
    const { hostname, port } = new URL(service.endpoint);
    const ends: string[] = [];
    for (let clients = 0; clients < 8; clients += 1) {
      const client = connect(Number(port), hostname, () => client.write('GET /health HTTP/1.1\r\nhost: x\r\n\r\n'));
      client.once('data', () => client.destroy());
      client.on('error', () => {});
      client.once('close', (failed) => ends.push(failed ? 'reset' : 'answered'));
    }
    await expect.poll(() => ends).toHaveLength(4);
    process.kill(stopped, 'SIGKILL');
    await expect.poll(() => ends).toHaveLength(8);
    expect(ends.filter((end) => end === 'answered')).toHaveLength(4);
  });

  it('takes its fronts with it when it has the data folder, and the next finds all that they acknowledged', async () => {
    const service = await startFronts();
    const { dataDir, endpoint } = service.ready;
    const { goOn, end } = await load(service);
    await goOn();
    const fronts = pidsOfFronts(service);
    expect(fronts).toHaveLength(processes);
    await service.kill();
    const alive = (pid: number) => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    await expect.poll(() => fronts.filter(alive), { interval: 20 }).toEqual([]);
    const refused = await new Promise((resolve) => {
      connect(Number(new URL(endpoint).port), '127.0.0.1')
        .on('error', resolve)
        .on('connect', resolve);
    });
    expect(refused).toMatchObject({ code: 'ECONNREFUSED' });
    const { answered, cutOff } = await end();
    await (await startKms({ data: dataDir })).stop();
    await expectEachOnce(dataDir, answered, cutOff);
  });
});
