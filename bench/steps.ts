/** Where do the microseconds of a call go? Each step in this process, without HTTP: `node bench/steps.ts [--seconds N]` */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { blockwise } from '../core/crypto/blockwise.ts';
import { generateEc } from '../core/crypto/ec-key.ts';
import { signEcdsa } from '../core/crypto/ecdsa.ts';
import { loadKeyPair } from '../core/crypto/key-pair.ts';
import { encrypt } from '../core/crypto/symmetric.ts';
import { entryOf } from '../lambdas/pipeline/audit-entry.ts';
import { headerValues } from '../lambdas/pipeline/header-values.ts';
import type { HttpReply, HttpRequest } from '../lambdas/pipeline/ports.ts';
import { openAuditLog } from '../local/audit/audit-log.ts';
import { openLocalService } from '../local/service.ts';
import { newSigV4Verifier } from '../local/sigv4.ts';
import { answered } from './calls.ts';
import { cost } from './measure.ts';
import { openBarePipeline } from './pipeline.ts';
import { machine, machineLine, table } from './report.ts';
import { type SignedRequest, signAll } from './signed-requests.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '1' } } });
const seconds = Number(values.seconds);
const inFlight = 8;
const log = () => {};
const rows: string[][] = [];
const where = machine();

const row = async (step: string, run: (i: number) => unknown, concurrent = 1): Promise<void> => {
  const { cpuMicroseconds, wallMicroseconds } = await cost(run, { seconds, inFlight: concurrent });
  rows.push([step, String(concurrent), cpuMicroseconds.toFixed(1), wallMicroseconds.toFixed(1)]);
};

/** Takes turns. */
const turns = <T>(list: readonly T[]) => {
  return (i: number): T => list[i % list.length] as T; // the index is within
};

const asReceived = ({ method, path, headers, body }: SignedRequest): HttpRequest => ({
  method,
  path,
  query: '',
  headers: headerValues(Object.entries(headers).flat()),
  body: Buffer.from(body),
  sourceIp: '127.0.0.1',
  requestId: randomUUID(),
});

const dataDir = await mkdtemp(join(tmpdir(), 'kms-bench-'));
const service = await openLocalService({ dataDir, log });
const pipeline = await openBarePipeline();
const auditLog = await openAuditLog({ folder: join(dataDir, 'bench-audit'), now: () => new Date(), log });

try {
  const admin = service.principals.all()[0];
  if (admin === undefined) throw new Error('a new data folder has principals');
  const signer = { accessKeyId: admin.accessKeyId, secretAccessKey: admin.secretAccessKey, region: 'us-east-1' };
  const signed = (operation: string, input: () => object) =>
    signAll(operation, Array.from({ length: 500 }, input), 'http://127.0.0.1:4599', signer).map(asReceived);
  const Plaintext = () => randomBytes(32).toString('base64');

  // Core: the cryptography alone.
  const ids = { KeyId: randomUUID(), KeyMaterialId: randomBytes(32).toString('hex') };
  const material = randomBytes(32);
  const message = randomBytes(32);
  const nonces = blockwise(randomBytes);
  await row('core: encrypt 32 bytes (KDF, AES-GCM)', () =>
    encrypt(material, ids, message, undefined, { nonce: nonces(16), iv: nonces(12) }),
  );
  const { privateKey } = loadKeyPair(await generateEc('P-256'));
  await row('core: sign a digest (P-256)', () =>
    signEcdsa({ curve: 'P-256', hash: 'sha256' }, privateKey, message, 'DIGEST'),
  );

  // The door.
  const services = ['kms'];
  const verify = newSigV4Verifier({
    find: service.principals.find,
    now: () => new Date(),
    services,
    maxSkewSeconds: 300,
  });
  const encryptCalls = turns(signed('Encrypt', () => ({ KeyId: ids.KeyId, Plaintext: Plaintext() })));
  if (!verify(encryptCalls(0)).ok) throw new Error('the request is not signed as it should be');
  await row('SigV4: verify a call of Encrypt', (i) => verify(encryptCalls(i)));

  // The audit log on disk, with a record of usual size.
  const record = entryOf({
    recipientAccountId: '111122223333',
    awsRegion: 'us-east-1',
    eventName: 'Encrypt',
    filler: 'x'.repeat(1000),
  });
  await row('audit: make a record durable', () => auditLog.write(record));
  await row('audit: make a record durable', () => auditLog.write(record), inFlight);

  // Whole calls, in the bare pipeline and in the service.
  const keyOf = (answer: Readonly<Record<string, unknown>>) => (answer.KeyMetadata as { KeyId: string }).KeyId; // required
  const newKey = (call: (request: HttpRequest) => Promise<HttpReply>, input: object) =>
    answered(call(signed('CreateKey', () => input)[0] as HttpRequest)).then(keyOf); // 500 are signed
  const homes = [
    ['pipeline without audit', (name: string) => pipeline.handler(name)],
    ['service without HTTP', (name: string) => (request: HttpRequest) => service.call(name, request)],
  ] as const;
  for (const [home, operation] of homes) {
    const KeyId = await newKey(operation('CreateKey'), {});
    const signingKey = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' };
    const signingKeyId = await newKey(operation('CreateKey'), signingKey);
    const calls: Record<string, () => object> = {
      Encrypt: () => ({ KeyId, Plaintext: Plaintext() }),
      GenerateDataKey: () => ({ KeyId, KeySpec: 'AES_256' }),
      Sign: () => ({
        KeyId: signingKeyId,
        Message: Plaintext(),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'ECDSA_SHA_256',
      }),
    };
    for (const [name, input] of Object.entries(calls)) {
      const requests = turns(signed(name, input));
      const call = operation(name);
      await answered(call(requests(0)));
      await row(`${home}: ${name}`, (i) => call(requests(i)), inFlight);
    }
  }
} finally {
  await auditLog.close();
  await pipeline.close();
  await service.close();
  await rm(dataDir, { recursive: true, force: true });
}

process.stdout.write(`${machineLine(where)}\n\n${table(['step', 'in flight', 'CPU µs', 'wall µs'], rows)}\n
CPU: of this process, all threads, per run. wall: time over the number of runs. The service verifies and audits (on disk).
`);
