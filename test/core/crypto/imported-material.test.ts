import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Der, der, readElement, readSequence, tags } from '../../../core/crypto/der.ts';
import { curves, generateEc } from '../../../core/crypto/ec-key.ts';
import { generateEd25519 } from '../../../core/crypto/ed25519.ts';
import { type ImportableFacts, readImportedMaterial } from '../../../core/crypto/imported-material.ts';
import { generateMlKem } from '../../../core/crypto/ml-kem.ts';
import { generateSm2 } from '../../../core/crypto/sm2.ts';
import { keySpecs } from '../../../core/model/key-specs.ts';
import { hex } from '../../vectors.ts';
import { describeOpenSsl } from './openssl.ts';

const bytes = (...element: Parameters<typeof der>) => Buffer.concat(der(...element));
const endingWith = (start: Buffer, last: number) => Buffer.concat([start.subarray(0, -1), Buffer.of(last)]);
const shape = [tags.integer, tags.sequence, tags.octetString] as const;

/** A private key's file with something else in it, or after it. */
const rebuilt = (
  pkcs8: Buffer,
  change: { version?: Uint8Array; algorithm?: Uint8Array; privateKey?: Uint8Array; more?: Der },
): Buffer => {
  const [version, algorithm, privateKey] = readSequence(pkcs8, shape) ?? [];
  if (version === undefined || algorithm === undefined || privateKey === undefined) throw new Error('no PKCS#8');
  return bytes(
    tags.sequence,
    der(tags.integer, change.version ?? version),
    der(tags.sequence, change.algorithm ?? algorithm),
    der(tags.octetString, change.privateKey ?? privateKey),
    change.more ?? [],
  );
};

/** The same file with an indefinite length of its sequence. */
const inBer = (pkcs8: Buffer): Buffer => {
  const contents = readElement(pkcs8, tags.sequence) ?? Buffer.alloc(0);
  return Buffer.concat([Buffer.of(0x30, 0x80), contents, Buffer.of(0, 0)]);
};

describe.each([
  ['SYMMETRIC_DEFAULT', 32],
  ['HMAC_224', 28],
  ['HMAC_256', 32],
  ['HMAC_384', 48],
  ['HMAC_512', 64],
] as const)('material for %s', (spec, length) => {
  it(`is ${length} bytes, taken as they are, in a copy`, () => {
    const secret = randomBytes(length);
    const read = readImportedMaterial(keySpecs[spec], secret);
    expect(read).toEqual(secret);
    read?.fill(0);
    expect(secret.every((byte) => byte === 0)).toBe(false);
  });

  it('is refused with any other length', () => {
    for (const other of [0, 1, 16, 27, 33, 47, 63, 65, 128].filter((each) => each !== length)) {
      expect(readImportedMaterial(keySpecs[spec], randomBytes(other))).toBeUndefined();
    }
  });
});

const elliptic = [
  ['P-256', { family: 'ec', curve: 'P-256' }, () => generateEc('P-256')],
  ['P-384', { family: 'ec', curve: 'P-384' }, () => generateEc('P-384')],
  ['P-521', { family: 'ec', curve: 'P-521' }, () => generateEc('P-521')],
  ['secp256k1', { family: 'ec', curve: 'secp256k1' }, () => generateEc('secp256k1')],
  ['SM2', { family: 'sm2' }, generateSm2],
] as const satisfies readonly (readonly [string, ImportableFacts, () => Buffer])[];

const identifiers = {
  'P-256': '06082a8648ce3d030107',
  'P-384': '06052b81040022',
  'P-521': '06052b81040023',
  secp256k1: '06052b8104000a',
  SM2: '06082a811ccf5501822d',
} as const;

describe.each(elliptic)('a private key on %s', (curve, facts, generate) => {
  const pkcs8 = generate();
  const [, , ecPrivateKey] = readSequence(pkcs8, shape) ?? [];
  const [, scalar, point] = readSequence(ecPrivateKey ?? pkcs8, [tags.integer, tags.octetString, 0xa1]) ?? [];
  const read = (material: Uint8Array) => readImportedMaterial(facts, material);
  const withKey = (scalarBytes: Uint8Array, ...more: readonly Der[]) => {
    const key = bytes(tags.sequence, der(tags.integer, Buffer.of(1)), der(tags.octetString, scalarBytes), ...more);
    return rebuilt(pkcs8, { privateKey: key });
  };
  const own = scalar ?? Buffer.alloc(0);

  it('is taken as our own generation writes it', () => {
    expect(read(pkcs8)).toEqual(pkcs8);
  });

  it('is taken without its point, with its curve named twice, with attributes, and always kept in the same form', () => {
    const named = der(0xa0, hex(identifiers[curve]));
    const attributes = der(0xa0, der(tags.sequence, der(tags.objectIdentifier, Buffer.of(42, 3))));
    expect(read(withKey(own))).toEqual(pkcs8);
    expect(read(withKey(own, named))).toEqual(pkcs8);
    expect(read(withKey(own, named, der(0xa1, point ?? [])))).toEqual(pkcs8);
    expect(read(rebuilt(pkcs8, { more: attributes }))).toEqual(pkcs8);
    expect(read(rebuilt(pkcs8, { version: Buffer.of(1), more: der(0x81, Buffer.of(0, 4)) }))).toEqual(pkcs8);
  });

  it('is taken in BER, and kept in the same form', () => {
    expect(read(inBer(pkcs8))).toEqual(pkcs8);
    expect(read(Buffer.concat([inBer(pkcs8), Buffer.of(0)]))).toBeUndefined();
  });

  it('gets the point that belongs to it in place of another one, which OpenSSL would believe', () => {
    const other = readSequence(readSequence(generate(), shape)?.[2] ?? pkcs8, [tags.integer, tags.octetString, 0xa1]);
    const mismatched = withKey(own, der(0xa1, other?.[2] ?? Buffer.alloc(0)));
    expect(mismatched).toHaveLength(pkcs8.length);
    expect(mismatched).not.toEqual(pkcs8);
    expect(read(mismatched)).toEqual(pkcs8);
  });

  it('is refused with a scalar of zero, one not below the order, and one of another length', () => {
    const { length } = own;
    const zeros = Buffer.alloc(length);
    const greatest = Buffer.alloc(length, 0xff);
    for (const wrong of [zeros, greatest, own.subarray(1), Buffer.concat([Buffer.of(0), own]), Buffer.alloc(0)]) {
      expect(read(withKey(wrong))).toBeUndefined();
    }
    expect(read(withKey(endingWith(zeros, 1)))).toBeDefined();
  });

  it.each(elliptic.filter(([name]) => name !== curve))('is refused where one on %s was meant', (_, others) => {
    expect(readImportedMaterial(others, pkcs8)).toBeUndefined();
  });

  it('is refused with another curve named inside, versions unknown, and members unknown or out of order', () => {
    const wrongName = der(0xa0, hex(identifiers[curve === 'P-384' ? 'P-521' : 'P-384']));
    expect(read(withKey(own, wrongName))).toBeUndefined();
    expect(read(withKey(own, der(0xa2, Buffer.of(0))))).toBeUndefined();
    expect(read(rebuilt(pkcs8, { version: Buffer.of(2) }))).toBeUndefined();
    expect(read(rebuilt(pkcs8, { version: Buffer.of(0, 0) }))).toBeUndefined();
    expect(read(rebuilt(pkcs8, { more: der(0xa2, Buffer.of(0)) }))).toBeUndefined();
    expect(read(rebuilt(pkcs8, { more: [...der(0x81, Buffer.of(0)), ...der(0xa0, Buffer.of(0))] }))).toBeUndefined();
    const key = bytes(tags.sequence, der(tags.integer, Buffer.of(2)), der(tags.octetString, own));
    expect(read(rebuilt(pkcs8, { privateKey: key }))).toBeUndefined();
    const explicit = generateKeyPairSync('ec', {
      namedCurve: curve === 'SM2' ? 'SM2' : curves[curve].openssl,
      paramEncoding: 'explicit',
    }).privateKey;
    expect(read(explicit.export({ type: 'pkcs8', format: 'der' }))).toBeUndefined();
    expect(read(explicit.export({ type: 'sec1', format: 'der' }))).toBeUndefined();
    expect(read(Buffer.from(explicit.export({ type: 'pkcs8', format: 'pem' })))).toBeUndefined();
  });
});

it('refuses n - 1 as a scalar of SM2, with which nothing could be signed', () => {
  const last = hex('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122');
  const keyWith = (scalar: Buffer) =>
    Buffer.concat([generateSm2().subarray(0, 36), scalar, generateSm2().subarray(68)]);
  expect(readImportedMaterial({ family: 'sm2' }, keyWith(last))).toBeUndefined();
  expect(readImportedMaterial({ family: 'sm2' }, keyWith(endingWith(last, 0x21)))).toBeDefined();
});

describe('a private key of Ed25519', () => {
  const pkcs8 = generateEd25519();
  const read = (material: Uint8Array) => readImportedMaterial({ family: 'ed25519' }, material);

  it('is taken, and kept without the public key it may bring', () => {
    expect(read(pkcs8)).toEqual(pkcs8);
    const withPublicKey = rebuilt(pkcs8, { version: Buffer.of(1), more: der(0x81, Buffer.alloc(33)) });
    expect(read(withPublicKey)).toEqual(pkcs8);
  });

  it('is refused in BER, as AWS refuses it', () => {
    expect(read(inBer(pkcs8))).toBeUndefined();
  });

  it('is refused with a seed of another length or form, and as another kind of key', () => {
    for (const length of [0, 31, 33]) {
      const seed = bytes(tags.octetString, Buffer.alloc(length));
      expect(read(rebuilt(pkcs8, { privateKey: seed }))).toBeUndefined();
    }
    expect(read(rebuilt(pkcs8, { privateKey: pkcs8.subarray(-32) }))).toBeUndefined();
    for (const type of ['x25519', 'ed448'] as const) {
      const other = type === 'x25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('ed448');
      expect(read(other.privateKey.export({ type: 'pkcs8', format: 'der' }))).toBeUndefined();
    }
    expect(read(generateEc('P-256'))).toBeUndefined();
    expect(read(generateMlKem('ML-KEM-512'))).toBeUndefined();
    expect(read(randomBytes(32))).toBeUndefined();
  });
});

describe.each<[string, ImportableFacts, Buffer]>([
  ['P-256', { family: 'ec', curve: 'P-256' }, generateEc('P-256')],
  ['SM2', { family: 'sm2' }, generateSm2()],
  ['Ed25519', { family: 'ed25519' }, generateEd25519()],
])('PKCS#8 of %s', (_, facts, pkcs8) => {
  it('is refused cut short anywhere, and with bytes after it', () => {
    for (let length = 0; length < pkcs8.length; length += 1) {
      expect(readImportedMaterial(facts, pkcs8.subarray(0, length))).toBeUndefined();
    }
    expect(readImportedMaterial(facts, Buffer.concat([pkcs8, Buffer.of(0)]))).toBeUndefined();
  });

  it('is left as it was, and what is read is a copy', () => {
    const before = Buffer.from(pkcs8);
    readImportedMaterial(facts, pkcs8)?.fill(0);
    expect(pkcs8).toEqual(before);
  });

  it('is not any bytes whatever', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (any) => readImportedMaterial(facts, any) === undefined));
  });

  it('read back from a change of any byte is a private key of the same form, or nothing', () => {
    for (let index = 0; index < pkcs8.length; index += 1) {
      const changed = Buffer.from(pkcs8);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      const read = readImportedMaterial(facts, changed);
      if (read === undefined) continue;
      expect(read).toHaveLength(pkcs8.length);
      const key = createPrivateKey({ key: read, format: 'der', type: 'pkcs8' });
      expect(createPublicKey(key).export({ type: 'spki', format: 'der' }).length).toBeGreaterThan(40);
    }
  });
});

describeOpenSsl('a private key which openssl made', ({ run, file }) => {
  it.each<[string, ImportableFacts, string[]]>([
    ['P-256', { family: 'ec', curve: 'P-256' }, ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256']],
    ['P-521', { family: 'ec', curve: 'P-521' }, ['EC', '-pkeyopt', 'ec_paramgen_curve:P-521']],
    ['secp256k1', { family: 'ec', curve: 'secp256k1' }, ['EC', '-pkeyopt', 'ec_paramgen_curve:secp256k1']],
    ['SM2', { family: 'sm2' }, ['SM2']],
    ['Ed25519', { family: 'ed25519' }, ['ED25519']],
  ])('on %s is taken as it is', (_, facts, algorithm) => {
    const made = file('key', run('genpkey', '-algorithm', ...algorithm));
    const pkcs8 = run('pkcs8', '-topk8', '-nocrypt', '-in', made, '-outform', 'DER');
    expect(readImportedMaterial(facts, pkcs8)).toEqual(pkcs8);
  });
});
