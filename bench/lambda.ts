/** What does a call cost a function on AWS, cold and warm? `npm run bench -- lambda` */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { usdOf, usesOfCalls } from '../core/cost/stack-bill.ts';
import { operations } from '../lambdas/operations/index.ts';
import { bundle } from '../scripts/bundle.ts';
import { functionEnvironment } from './function-environment.ts';
import type { FunctionRun } from './lambda-process.ts';
import { count, machine, machineLine, table } from './report.ts';
import { type AwsCalls, startAws } from './stand-in-aws.ts';

const runs = 5;
const warmCalls = 500;

const account = '111122223333';

/** What the gateway hands to a function. */
const eventFor = (operation: string, input: object) => ({
  httpMethod: 'POST',
  path: `/${operation}`,
  multiValueHeaders: { 'Content-Type': ['application/x-amz-json-1.1'] },
  body: JSON.stringify(input),
  isBase64Encoded: false,
  requestContext: {
    requestId: 'request',
    identity: {
      userArn: `arn:aws:iam::${account}:user/alice`,
      accountId: account,
      user: 'AIDA',
      caller: 'AIDA',
      accessKey: 'AKIA',
      sourceIp: '::1',
    },
  },
});

const where = machine();
const outdir = await mkdtemp(join(tmpdir(), 'bundles-'));
const aws = await startAws();
const fileOf = (operation: string) => join(outdir, operation, 'index.cjs');

const runOnce = (operation: string, input: object, warm: number): Promise<FunctionRun> =>
  runFile(fileOf(operation), eventFor(operation, input), warm);

const runFile = async (file: string, event: object, warm: number): Promise<FunctionRun> => {
  const args = [join(import.meta.dirname, 'lambda-process.ts'), file, JSON.stringify(event), String(warm)];
  const env = { ...functionEnvironment, AWS_ENDPOINT_URL: aws.endpoint };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout) as FunctionRun; // what that script prints
};

const newKey = async (input: object): Promise<string> => {
  const { body } = await runOnce('CreateKey', input, 0);
  return JSON.parse(body).KeyMetadata.KeyId;
};

const least = (all: readonly FunctionRun[], of: (run: FunctionRun) => number): number => Math.min(...all.map(of));
const told = (calls: AwsCalls) => {
  const names = Object.entries(calls).map(([name, times]) => (times === 1 ? name : `${times} ${name}`));
  return `${Object.values(calls).reduce((sum, times) => sum + times, 0)}: ${names.join(', ')}`;
};

try {
  await bundle(operations, outdir);
  const KeyId = await newKey({});
  const Plaintext = Buffer.alloc(32, 7).toString('base64');
  const { CiphertextBlob } = JSON.parse((await runOnce('Encrypt', { KeyId, Plaintext }, 0)).body);
  const signing = { KeyId: await newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }) };
  const Message = Plaintext;
  const SigningAlgorithm = 'ECDSA_SHA_256';
  const { Signature } = JSON.parse((await runOnce('Sign', { ...signing, Message, SigningAlgorithm }, 0)).body);
  const macKeyId = await newKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
  const inputs: Readonly<Record<string, object>> = {
    Encrypt: { KeyId, Plaintext },
    Decrypt: { CiphertextBlob },
    GenerateDataKey: { KeyId, KeySpec: 'AES_256' },
    Sign: { ...signing, Message, SigningAlgorithm },
    Verify: { ...signing, Message, Signature, SigningAlgorithm },
    GenerateMac: { KeyId: macKeyId, Message, MacAlgorithm: 'HMAC_SHA_256' },
    DescribeKey: { KeyId },
    CreateKey: {},
  };

  const times: string[][] = [];
  const sending: FunctionRun[] = [];
  while (sending.length < runs) {
    sending.push(await runFile(join(import.meta.dirname, 'send-alone.ts'), {}, warmCalls));
  }
  const sendCpuMs = least(sending, (run) => run.warmCpuMs);
  const calls: string[][] = [];
  for (const [operation, input] of Object.entries(inputs)) {
    process.stderr.write(`${operation} …\n`);
    const all: FunctionRun[] = [];
    while (all.length < runs) all.push(await runOnce(operation, input, operation === 'CreateKey' ? 20 : warmCalls));
    const { size } = await stat(fileOf(operation));
    const ms = (of: (run: FunctionRun) => number, digits: number) => least(all, of).toFixed(digits);
    times.push([
      operation,
      count(size / 1000),
      ms((run) => run.importMs, 0),
      ms((run) => run.firstMs, 0),
      ms((run) => run.warmMs, 2),
      ms((run) => run.warmCpuMs, 2),
      ms((run) => run.warmCpuMs - sendCpuMs, 2),
    ]);
    const [{ coldCalls, warmCalls: warm }] = all as [FunctionRun]; // there are some, and all have the same
    calls.push([operation, told(coldCalls), told(warm)]);
  }
  process.stdout.write(`${machineLine(where)}
Each function's bundle in fresh processes, the best of ${runs}; AWS is a stand-in on this machine, over HTTP.

${table(['operation', 'bundle kB', 'import ms', 'first answer ms', 'warm ms', 'warm CPU ms', 'of it our own'], times)}

first answer: from before the import. warm: median of ${warmCalls} calls, one after the other. CPU: of the function's process, all
threads, per warm call; our own: without what it takes to send a record to the stand-in, ${sendCpuMs.toFixed(2)} ms.

${table(['operation', 'calls of AWS, cold', 'warm, no record at hand'], calls)}

By list prices 10,000 calls cost $${usdOf(usesOfCalls(10_000)).toFixed(4)}; docs/cost.md tells of what.
`);
} finally {
  aws.stop();
  await rm(outdir, { recursive: true, force: true });
}
