/**
 * How much of what slow primitives can do alone is left through the service, and do other callers wait for them?
 * `npm run bench -- slow-keys [--seconds N]`
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { loadKeyPair } from '../core/crypto/key-pair.ts';
import { generateMlDsa, type MlDsaSet, signMlDsa } from '../core/crypto/ml-dsa.ts';
import { generateRsa, type RsaModulusBits } from '../core/crypto/rsa-key.ts';
import { signRsa } from '../core/crypto/rsa-signature.ts';
import { load } from './load.ts';
import { cost } from './measure.ts';
import { count, machine, machineLine, table } from './report.ts';
import { signAll } from './signed-requests.ts';
import { ownServer } from './target.ts';
import { callerOf } from './workloads.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '3' } } });
const seconds = Number(values.seconds);
const where = machine();
const message = randomBytes(32);
const Message = message.toString('base64');

const rsa = async (bits: RsaModulusBits) => {
  const { privateKey } = loadKeyPair(await generateRsa(bits));
  return () => signRsa({ scheme: 'pss', hash: 'sha256' }, privateKey, message, 'RAW');
};
const mlDsa = async (set: MlDsaSet) => {
  const pkcs8 = generateMlDsa(set);
  return () => signMlDsa(set, pkcs8, message, 'RAW');
};
const slow = [
  { KeySpec: 'RSA_2048', SigningAlgorithm: 'RSASSA_PSS_SHA_256', alone: () => rsa(2048) },
  { KeySpec: 'RSA_3072', SigningAlgorithm: 'RSASSA_PSS_SHA_256', alone: () => rsa(3072) },
  { KeySpec: 'RSA_4096', SigningAlgorithm: 'RSASSA_PSS_SHA_256', alone: () => rsa(4096) },
  { KeySpec: 'ML_DSA_65', SigningAlgorithm: 'ML_DSA_SHAKE_256', alone: () => mlDsa('ML-DSA-65') },
] as const;

const target = await ownServer();
try {
  const { endpoint, signer } = target;
  const { newKey } = callerOf(endpoint, signer);
  const signed = (operation: string, inputs: readonly object[]) => signAll(operation, inputs, endpoint, signer);
  const eachTime = (length: number, input: object) => Array.from({ length }, () => input);

  const rows: string[][] = [];
  for (const { KeySpec, SigningAlgorithm, alone } of slow) {
    process.stderr.write(`${KeySpec} …\n`);
    const KeyId = await newKey({ KeySpec, KeyUsage: 'SIGN_VERIFY' });
    const requests = signed('Sign', eachTime(200, { KeyId, Message, SigningAlgorithm }));
    await load(endpoint, requests, { connections: 8, seconds: 1 });
    const { wallMicroseconds } = await cost(await alone(), { seconds, batch: 1 });
    const { perSecond, failures } = await load(endpoint, requests, { connections: 8, seconds });
    if (failures > 0) throw new Error(`${failures} calls of Sign failed`);
    const share = `${((perSecond * wallMicroseconds) / 1e4).toFixed(0)} %`;
    rows.push([`Sign ${KeySpec}`, count(1e6 / wallMicroseconds), count(perSecond), share]);
  }

  process.stderr.write('Encrypt beside CreateKey …\n');
  const KeyId = await newKey({});
  const encrypts = () => signed('Encrypt', eachTime(1000, { KeyId, Plaintext: Message }));
  const pace = { connections: 4, seconds };
  await load(endpoint, encrypts(), pace);
  const idle = await load(endpoint, encrypts(), pace);
  const newKeys = signed('CreateKey', eachTime(100, { KeySpec: 'RSA_4096', KeyUsage: 'SIGN_VERIFY' }));
  const [beside, made] = await Promise.all([
    load(endpoint, encrypts(), pace),
    load(endpoint, newKeys, { connections: 4, seconds }),
  ]);
  const row = (name: string, { perSecond, p50, p99 }: typeof idle) => [
    name,
    count(perSecond),
    p50.toFixed(2),
    p99.toFixed(2),
  ];
  process.stdout.write(`${machineLine(where)}

${table(['operation', 'alone, one thread/s', 'by the service/s', 'share'], rows)}

alone: the primitive in a process that does nothing else. by the service: 8 connections.

${table(
  ['Encrypt, 4 connections', 'req/s', 'p50 ms', 'p99 ms'],
  [row('with nothing beside', idle), row('beside CreateKey RSA_4096', beside)],
)}

p99 is ${(beside.p99 / idle.p99).toFixed(1)} times as long beside 4 connections that made ${made.requests} keys of RSA_4096 in ${seconds} s.
`);
} finally {
  await target.close();
}
