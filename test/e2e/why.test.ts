import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filedRecords } from './audit-files.ts';
import { newFolder, removeFolders } from './folders.ts';
import { runHere } from './run-here.ts';
import { type Answer, type SignedCalls, signedCalls } from './signed-calls.ts';
import { killAll, type RunningKms, startKms } from './start-kms.ts';

const account = '111122223333';
const root = { AWS: `arn:aws:iam::${account}:root` };
const alice = { AWS: `arn:aws:iam::${account}:user/alice` };
const Policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Sid: 'Enable IAM User Permissions', Effect: 'Allow', Principal: root, Action: 'kms:*', Resource: '*' },
    { Sid: 'AllowUse', Effect: 'Allow', Principal: alice, Action: 'kms:Decrypt', Resource: '*' },
  ],
});
const Plaintext = Buffer.from('text').toString('base64');

describe('kms why and kms simulate', () => {
  const opened: SignedCalls[] = [];
  let data: string;
  let service: RunningKms;
  let admin: SignedCalls;
  let bob: SignedCalls;
  let KeyId: string;
  let Arn: string;

  const callsOf = async (profile: string) => {
    const calls = await signedCalls(service.endpoint, await service.credentials(profile));
    opened.push(calls);
    return calls;
  };
  beforeAll(async () => {
    data = await newFolder();
    service = await startKms({ data });
    [admin, bob] = [await callsOf('admin'), await callsOf('bob')];
    ({ KeyId, Arn } = (await admin.call('CreateKey', { Policy })).members.KeyMetadata);
  }, 20_000);
  afterAll(async () => {
    for (const calls of opened) calls.close();
    await killAll();
    await removeFolders();
  });

  const idOf = ({ headers }: Answer) => String(headers['x-amzn-requestid']);
  const why = (id: string) => runHere('why', { args: ['--data', data, id] });
  const simulate = (...args: string[]) => runHere('simulate', { args: ['--data', data, ...args] });

  const refusal = [
    "bob has no identity policy that allows kms:Decrypt, and the key policy's statement 2 (`AllowUse`) allows only alice.",
    `The key policy's statement 1 (\`Enable IAM User Permissions\`) lets the identity policies of account ${account} decide.`,
    'No grant on the key is for bob.',
  ] as const;
  const [reason, ...details] = refusal;
  let refused: Answer;

  it('tell why a call was refused a moment ago, and whether it would be now, in the same words', async () => {
    const { CiphertextBlob } = (await admin.call('Encrypt', { KeyId, Plaintext })).members;
    refused = await bob.call('Decrypt', { CiphertextBlob });
    expect(refused.status).toBe(400);
    const { code, stdout, stderr } = await why(idOf(refused));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replace(/at \S+Z/, 'at …')).toBe(
      [
        `bob (arn:aws:iam::${account}:user/bob) called Decrypt`,
        `  on ${Arn}`,
        '  at … in us-east-1, from 127.0.0.1',
        `refused: ${reason}`,
        ...details.map((detail) => `  ${detail}`),
        '',
      ].join('\n'),
    );
    const asked = await simulate('--principal', 'bob', '--action', 'kms:Decrypt', '--key', KeyId);
    const lines = ['refused', ...refusal.map((line) => `  ${line}`), ''];
    expect(asked).toMatchObject({ code: 1, stderr: '', stdout: lines.join('\n') });
  });

  it('tell the server the same, in one line of its log', () => {
    const lines = service
      .stderr()
      .split('\n')
      .filter((line) => line.includes(idOf(refused)));
    const asked = `arn:aws:iam::${account}:user/bob asked for kms:Decrypt on ${Arn}`;
    expect(lines).toEqual([`info: refused: ${reason} (request ${idOf(refused)}, ${asked})`]);
  });

  it('tell a failure that is no matter of authorization from a refusal', async () => {
    const other = (await admin.call('CreateKey')).members.KeyMetadata.KeyId;
    await admin.call('DisableKey', { KeyId: other });
    const { code, stdout } = await why(idOf(await admin.call('Encrypt', { KeyId: other, Plaintext })));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^It failed with DisabledException: .+\nThat is no matter of authorization.+\nallowed: /m);
  });

  it('allow, with the exit code 0', async () => {
    const asked = await simulate('--principal', alice.AWS, '--action', 'kms:Decrypt', '--key', Arn);
    const stdout = "allowed\n  the key policy's statement 2 (`AllowUse`) allows kms:Decrypt to alice.\n";
    expect(asked).toMatchObject({ code: 0, stderr: '', stdout });
  });

  it('hand over encryption context, grant tokens, conditions, services and Regions', async () => {
    const Constraints = { EncryptionContextEquals: { tenant: 'a=b' } };
    const grant = { KeyId, GranteePrincipal: `arn:aws:iam::${account}:user/bob`, Operations: ['Encrypt'], Constraints };
    const { GrantToken } = (await admin.call('CreateGrant', grant)).members;
    const encrypt = ['--principal', 'bob', '--action', 'kms:Encrypt', '--key', KeyId];
    expect(await simulate(...encrypt, '--context', 'tenant=a=b', '--grant-token', GrantToken)).toMatchObject({
      code: 0,
    });
    const other = await simulate(...encrypt, '--context', 'tenant=c', '--context', 'x=y');
    expect(other).toMatchObject({ code: 1, stdout: expect.stringContaining('the request has {"tenant":"c","x":"y"}') });

    const keyWith = async (name: string, value: unknown) => {
      const Condition = { 'ForAnyValue:StringEquals': { [name]: value } };
      const Principal = { AWS: `arn:aws:iam::${account}:user/bob` };
      const statements = [
        { Effect: 'Allow', Principal: root, Action: 'kms:*', Resource: '*' },
        { Effect: 'Allow', Principal, Action: 'kms:Encrypt', Resource: '*', Condition },
      ];
      const made = await admin.call('CreateKey', {
        Policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
      });
      return ['--principal', 'bob', '--action', 'kms:Encrypt', '--key', made.members.KeyMetadata.KeyId];
    };
    const viaS3 = await keyWith('kms:ViaService', 's3.us-east-1.amazonaws.com');
    expect(await simulate(...viaS3, '--via', 's3')).toMatchObject({ code: 0 });
    expect(await simulate(...viaS3, '--condition', 'kms:viaservice=s3.us-east-1.amazonaws.com')).toMatchObject({
      code: 0,
    });
    expect(await simulate(...viaS3, '--via', 'ebs')).toMatchObject({ code: 1 });
    const tagged = await keyWith('kms:EncryptionContextKeys', 'b');
    const names = ['--condition', 'kms:EncryptionContextKeys=a', '--condition', 'kms:EncryptionContextKeys=b'];
    expect(await simulate(...tagged, ...names)).toMatchObject({ code: 0 });
    expect(await simulate(...tagged, ...names, '--region', 'eu-west-1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('does not exist'),
    });
  });

  it.each([
    ['nothing', [], 'needed'],
    [
      'a principal that is not there',
      ['--principal', 'mallory', '--action', 'kms:ListKeys'],
      'choose from arn:aws:iam::',
    ],
    ['a pair that is none', ['--principal', 'bob', '--action', 'kms:Sign', '--context', 'x'], 'NAME=VALUE'],
    ['an unknown flag', ['--verbose'], '--verbose'],
  ])('do not answer with 1 when asked for %s', async (_, args, message) => {
    const answer = await simulate(...args);
    expect(answer).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
    expect(answer.stderr).not.toMatch(/^ +at /m);
  });

  it('say so when there is no record, and how to ask', async () => {
    const unknown = await why('00000000-0000-4000-8000-000000000000');
    expect(unknown).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/no record of request 0.*\nwhy: .*\nhint: /),
    });
    for (const args of [[], ['not an id'], ['a', 'b']]) {
      expect(await runHere('why', { args })).toMatchObject({ code: 2, stdout: '' });
    }
    for (const command of ['why', 'simulate']) {
      const help = await runHere(command, { args: ['--help'] });
      expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`Usage: kms ${command} `) });
    }
  });

  it('leave no record of what was only asked', async () => {
    const exit = await service.stop();
    expect(exit.code).toBe(0);
    const names = (await filedRecords(data)).map(({ eventName }) => eventName);
    expect(names.filter((name) => /Sign|ListKeys/.test(name))).toEqual([]);
    expect(names.filter((name) => name === 'Decrypt')).toHaveLength(1);
  });

  it('find a record of today and of last week after the service has ended, which only why can do', async () => {
    expect((await why(idOf(refused))).stdout).toContain(`refused: ${reason}`);
    const requestID = '5c5f2f5e-3f0b-4c63-9a3a-5b1a6f3c8a10';
    const record = { requestID, eventName: 'ListKeys', awsRegion: 'eu-west-1', recipientAccountId: account };
    const folder = `AWSLogs/${account}/CloudTrail/eu-west-1/2026/01/31`;
    const path = join(data, 'audit', folder, `${account}_CloudTrail_eu-west-1_20260131T2359Z_AbCdEfGhIjKl0123.json.gz`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, gzipSync(JSON.stringify({ Records: [record] })));
    expect(await why(requestID)).toMatchObject({ code: 0, stdout: expect.stringContaining('called ListKeys') });

    const asked = await simulate('--principal', 'bob', '--action', 'kms:ListKeys');
    expect(asked).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('start it first: npm start') });
    const never = await runHere('simulate', {
      args: ['--data', await newFolder(), '--principal', 'bob', '--action', 'kms:ListKeys'],
    });
    expect(never).toMatchObject({ code: 2, stderr: expect.stringContaining('start it first: npm start') });
  });
});
