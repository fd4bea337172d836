import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { encryptionAlgorithms, type KeySpec, type KeyUsage, keySpecs, specOf } from '../../../core/model/key-specs.ts';
import { type MessageType, messagesOf, signingAlgorithms } from '../../../core/model/signing.ts';
import { everyAlgorithm } from '../../../lambdas/every-algorithm.ts';
import { exportSpki, generateMaterial, type LoadedMaterial, loadMaterial } from '../../../lambdas/key-material.ts';
import { agreeWith } from '../../../lambdas/usable-key/agreement.ts';
import { publicKeyEncryption } from '../../../lambdas/usable-key/encryption.ts';
import { signatureScheme } from '../../../lambdas/usable-key/signature.ts';
import { newAsideAlgorithms } from '../../../local/aside/algorithms.ts';
import { rsaMadeBefore } from '../../rsa-keys.ts';

const { algorithms, close } = newAsideAlgorithms();
const aside = algorithms as Required<typeof algorithms>; // of every algorithm
afterAll(close);

const newMaterial = async (spec: KeySpec): Promise<LoadedMaterial> =>
  loadMaterial(spec, await generateMaterial(spec, randomBytes, rsaMadeBefore()), everyAlgorithm);

const specs = Object.keys(keySpecs) as KeySpec[]; // Object.keys forgets the literal names
/** Each spec with each of the algorithms that its keys have. */
const pairs = <Algorithm extends string>(algorithms: readonly Algorithm[], usage: KeyUsage) =>
  specs.flatMap((spec) =>
    algorithms
      .filter((algorithm) => specOf(spec).algorithms[usage]?.includes(algorithm))
      .map((algorithm) => ({ spec, algorithm })),
  );
const signing = pairs(signingAlgorithms, 'SIGN_VERIFY').flatMap((pair) =>
  Object.entries(messagesOf(pair.algorithm)).map(([type, length]) => ({ ...pair, type, length })),
);

describe('signatures', () => {
  it('are asked of keys of every kind', () => {
    expect(new Set(signing.map(({ type }) => type))).toEqual(new Set<MessageType>(['RAW', 'DIGEST', 'EXTERNAL_MU']));
    expect(signing.length).toBeGreaterThan(30);
  });

  it.each(signing)('of $algorithm by $spec over $type verify on the other side, and no others do', async (each) => {
    const material = await newMaterial(each.spec);
    const message = { bytes: randomBytes(each.length === 'any' ? 100 : each.length), isRaw: each.type === 'RAW' };
    const here = signatureScheme(each.spec, each.algorithm);
    const there = aside.signatureScheme(each.spec, each.algorithm);

    const [made, ours] = [await there.sign(material, message), await here.sign(material, message)];
    expect(made).toBeInstanceOf(Buffer);
    expect(await here.verify(material, message, made)).toBe(true);
    expect(await there.verify(material, message, ours)).toBe(true);
    const another = { ...message, bytes: randomBytes(message.bytes.length) };
    expect(await there.verify(material, another, ours)).toBe(false);
    expect(await there.verify(material, message, randomBytes(70))).toBe(false);
  });
});

const encrypting = pairs(encryptionAlgorithms, 'ENCRYPT_DECRYPT').filter(({ spec }) => spec !== 'SYMMETRIC_DEFAULT');

it.each(encrypting)('$algorithm by $spec decrypts on the other side, and nothing else', async ({ spec, algorithm }) => {
  const material = await newMaterial(spec);
  const [here, there] = [publicKeyEncryption(spec, algorithm), aside.publicKeyEncryption(spec, algorithm)];
  const plaintext = randomBytes(40);

  expect(await there.decrypt(material, await here.encrypt(material, plaintext))).toEqual(plaintext);
  expect(await here.decrypt(material, await there.encrypt(material, plaintext))).toEqual(plaintext);
  expect(await there.decrypt(material, randomBytes(256))).toBeUndefined();
  expect(there.limit).toBe(here.limit);
});

const agreeing = specs.filter((spec) => specOf(spec).algorithms.KEY_AGREEMENT !== undefined);

it.each(agreeing)('agrees by %s on the same secret, and with no other curve', async (spec) => {
  const [ours, theirs] = [await newMaterial(spec), await newMaterial(spec)];
  const secret = await aside.agreeWith(spec, ours, exportSpki(theirs));
  expect(secret).toEqual(agreeWith(spec, theirs, exportSpki(ours)));
  expect(secret).toBeInstanceOf(Buffer);
  expect(await aside.agreeWith(spec, ours, randomBytes(100))).toBeUndefined();
});

it('reads bytes in hand at once, since an eviction wipes them', async () => {
  const material = await newMaterial('SM2');
  if (!('secret' in material)) throw new Error('not in hand');
  const message = { bytes: randomBytes(32), isRaw: false };
  const scheme = aside.signatureScheme('SM2', 'SM2DSA');
  const signing = scheme.sign({ ...material }, message);
  material.secret.fill(0);
  expect(await scheme.verify(material, message, await signing)).toBe(true);
});

it('leaves the main thread to others', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-521' });
  const scheme = aside.signatureScheme('ECC_NIST_P521', 'ECDSA_SHA_512');
  const message = { bytes: randomBytes(64), isRaw: false };
  const signature = await scheme.sign({ privateKey, publicKey }, message);

  const [ours, all] = [process.threadCpuUsage(), process.cpuUsage()];
  const verified = await Promise.all(
    Array.from({ length: 30 }, () => scheme.verify({ privateKey, publicKey }, message, signature)),
  );
  const [ofOurs, ofAll] = [process.threadCpuUsage(ours).user, process.cpuUsage(all).user];
  expect(verified).toEqual(verified.map(() => true));
  expect(ofOurs).toBeLessThan(ofAll / 4);
});
