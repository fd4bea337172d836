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
  const { call, newKey } = callerOf(endpoint, signer);
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

  const KeyId = await newKey({});
  const encrypts = () => signed('Encrypt', eachTime(1000, { KeyId, Plaintext: Message }));
  const pace = { connections: 4, seconds };
  await load(endpoint, encrypts(), pace);

  const digest = {
    KeyId: await newKey({ KeySpec: 'ECC_NIST_P521', KeyUsage: 'SIGN_VERIFY' }),
    Message: randomBytes(64).toString('base64'),
    MessageType: 'DIGEST',
    SigningAlgorithm: 'ECDSA_SHA_512',
  };
  const { Signature } = await call('Sign', digest);
  const wrapping = {
    KeyId: await newKey({ KeySpec: 'RSA_4096', KeyUsage: 'ENCRYPT_DECRYPT' }),
    EncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
  };
  const { CiphertextBlob } = await call('Encrypt', { ...wrapping, Plaintext: Message });
  const others = [
    ['CreateKey RSA_4096', signed('CreateKey', eachTime(100, { KeySpec: 'RSA_4096', KeyUsage: 'SIGN_VERIFY' }))],
    ['Verify P-521, digests', signed('Verify', eachTime(200, { ...digest, Signature }))],
    ['Decrypt RSA_4096', signed('Decrypt', eachTime(200, { ...wrapping, CiphertextBlob }))],
  ] as const;

  const besides: string[][] = [];
  for (const [name, requests] of others) {
    process.stderr.write(`Encrypt beside ${name} …\n`);
    const idle = await load(endpoint, encrypts(), pace);
    const [encrypted, beside] = await Promise.all([load(endpoint, encrypts(), pace), load(endpoint, requests, pace)]);
    const ratio = (encrypted.p99 / idle.p99).toFixed(1);
    const times = [idle.p50, encrypted.p50, idle.p99, encrypted.p99].map((ms) => ms.toFixed(2));
    besides.push([
      name,
      beside.perSecond.toFixed(1),
      count(idle.perSecond),
      count(encrypted.perSecond),
      ...times,
      ratio,
    ]);
  }

  process.stdout.write(`${machineLine(where)}

${table(['operation', 'alone, one thread/s', 'by the service/s', 'share'], rows)}

alone: the primitive in a process that does nothing else. by the service: 8 connections.

Encrypt on 4 connections, alone and beside 4 more with what is slow:

${table(['beside', 'its calls/s', 'alone/s', 'beside/s', 'p50 ms', 'beside', 'p99 ms', 'beside', 'ratio'], besides)}
`);
} finally {
  await target.close();
}
