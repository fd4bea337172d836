import { createPrivateKey, generateKeyPairSync, generatePrimeSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { der, readElement, readSequence, tags } from '../../../core/crypto/der.ts';
import { generateEc } from '../../../core/crypto/ec-key.ts';
import { readImportedMaterial } from '../../../core/crypto/imported-material.ts';
import { rsaPair } from '../../rsa-keys.ts';
import { hex } from '../../vectors.ts';
import { describeOpenSsl } from './openssl.ts';

const facts = { family: 'rsa', modulusBits: 2048 } as const;
const read = (material: Uint8Array) => readImportedMaterial(facts, material);

const { privateKey, publicKey } = await rsaPair(2048);
const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });

type Parts = readonly bigint[];
const names = ['version', 'n', 'e', 'd', 'p', 'q', 'dP', 'dQ', 'qInv'] as const;
const at = (name: (typeof names)[number]) => names.indexOf(name);

const toNumber = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex') || '0'}`);
const integer = (value: bigint) => {
  const digits = value.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return der(tags.integer, hex(/^[89a-f]/.test(even) ? `00${even}` : even));
};
const partsOf = (key: Buffer): Parts => {
  const [, , rsaPrivateKey] = readSequence(key, [tags.integer, tags.sequence, tags.octetString]) ?? [];
  return (
    readSequence(
      rsaPrivateKey ?? key,
      Array.from({ length: 9 }, () => tags.integer),
    ) ?? []
  ).map(toNumber);
};
const rsaEncryption = der(tags.sequence, hex('06092a864886f70d0101010500'));
const fileOf = (parts: Parts, algorithm = rsaEncryption): Buffer => {
  const key = der(tags.octetString, der(tags.sequence, ...parts.map(integer)));
  return Buffer.concat(der(tags.sequence, integer(0n), algorithm, key));
};
const own = partsOf(pkcs8);
const changed = (name: (typeof names)[number], change: (value: bigint) => bigint): Buffer =>
  fileOf(own.map((value, i) => (i === at(name) ? change(value) : value)));

const inverse = (a: bigint, m: bigint): bigint => {
  let [r0, r1, s0, s1] = [m, ((a % m) + m) % m, 0n, 1n];
  while (r1 > 0n) [r0, r1, s0, s1] = [r1, r0 % r1, s1, s0 - (r0 / r1) * s1];
  return ((s0 % m) + m) % m;
};
/** All parts from the exponent and the two factors. */
const keyOf = (e: bigint, p: bigint, q: bigint): Parts => {
  const d = inverse(e, (p - 1n) * (q - 1n));
  return [0n, p * q, e, d, p, q, d % (p - 1n), d % (q - 1n), inverse(q, p)];
};
const part = (name: (typeof names)[number]) => own[at(name)] ?? 0n;

describe('a private key of RSA', () => {
  it('is taken in BER, and kept in DER', () => {
    const contents = readElement(pkcs8, tags.sequence) ?? Buffer.alloc(0);
    expect(read(Buffer.concat([Buffer.of(0x30, 0x80), contents, Buffer.of(0, 0)]))).toEqual(pkcs8);
  });

  it.each([2048, 3072, 4096] as const)(
    'is taken with a modulus of %i bits, and where no other was meant',
    async (bits) => {
      const other = await pkcs8Of(bits);
      expect(readImportedMaterial({ family: 'rsa', modulusBits: bits }, other)).toEqual(other);
      for (const wrong of ([2048, 3072, 4096] as const).filter((each) => each !== bits)) {
        expect(readImportedMaterial({ family: 'rsa', modulusBits: wrong }, other)).toBeUndefined();
      }
    },
  );

  it('is taken when put together anew, with attributes, and always kept in the same form', () => {
    expect(fileOf(own)).toEqual(pkcs8);
    const attributes = der(0xa0, der(tags.sequence, der(tags.objectIdentifier, Buffer.of(42, 3))));
    const [version, , key] = readSequence(pkcs8, [tags.integer, tags.sequence, tags.octetString]) ?? [];
    const elements = [der(tags.integer, version ?? []), rsaEncryption, der(tags.octetString, key ?? []), attributes];
    expect(read(Buffer.concat(der(tags.sequence, ...elements)))).toEqual(pkcs8);
  });

  it('is taken with the exponent 3', () => {
    const key = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).privateKey;
    const exported = key.export({ type: 'pkcs8', format: 'der' });
    expect(read(exported)).toEqual(exported);
  });

  it('is taken with its primes the other way round', () => {
    const swapped = fileOf(keyOf(part('e'), part('q'), part('p')));
    expect(read(swapped)).toEqual(swapped);
  });

  it.each(names)('is refused when its %s is greater by 2, smaller by 2, negative or zero', (name) => {
    for (const change of [(value: bigint) => value + 2n, (value: bigint) => value - 2n]) {
      if (name === 'version') expect(read(changed(name, (value) => value + 2n))).toBeUndefined();
      else expect(read(changed(name, change))).toBeUndefined();
    }
    if (name !== 'version') expect(read(changed(name, () => 0n))).toBeUndefined();
    const negative = der(tags.integer, Buffer.from([0x80, ...Buffer.alloc(127, 1)]));
    const elements = own.map((value, i) => (i === at(name) ? negative : integer(value)));
    const key = der(tags.octetString, der(tags.sequence, ...elements));
    expect(read(Buffer.concat(der(tags.sequence, integer(0n), rsaEncryption, key)))).toBeUndefined();
  });

  it('is refused with parts that OpenSSL would load', () => {
    const broken = changed('dP', (value) => value + 2n);
    expect(createPrivateKey({ key: broken, format: 'der', type: 'pkcs8' }).asymmetricKeyType).toBe('rsa');
    expect(read(broken)).toBeUndefined();
  });

  it('is refused with the exponent 1, which encrypts nothing', () => {
    expect(read(fileOf(keyOf(1n, part('p'), part('q'))))).toBeUndefined();
  });

  it('is refused with a factor that is no prime, although all the equations hold', () => {
    const e = 65537n;
    const prime = (bits: number) => generatePrimeSync(bits, { bigint: true });
    const found = (): Parts => {
      const composite = prime(512) * prime(512);
      const parts = keyOf(e, composite, part('q'));
      const [, n = 0n, , d = 0n] = parts;
      return n >> 2047n === 1n && (e * d) % (composite - 1n) === 1n ? parts : found();
    };
    expect(read(fileOf(found()))).toBeUndefined();
  }, 20_000);

  it('is refused with 1 and the modulus for factors', () => {
    const n = part('n');
    expect(read(fileOf([0n, n, part('e'), part('d'), n, 1n, part('d') % (n - 1n), 0n, 1n]))).toBeUndefined();
    expect(read(fileOf([0n, n, part('e'), part('d'), 1n, n, 0n, part('d') % (n - 1n), 0n]))).toBeUndefined();
  });

  it.each(['p', 'q'] as const)(
    'is refused with a d that is right for all but %s, of which OpenSSL makes no use',
    (name) => {
      const other = part(name === 'p' ? 'q' : 'p') - 1n;
      expect(read(changed('d', (d) => (d + other) % part('n')))).toBeUndefined();
    },
  );

  it('is refused with d not below the modulus, although it would do', () => {
    const round = (part('p') - 1n) * (part('q') - 1n);
    const d = part('d') + round * (part('n') / round + 1n);
    expect((part('e') * d) % (part('p') - 1n)).toBe(1n);
    expect(read(changed('d', () => d))).toBeUndefined();
  });

  it('is refused with the modulus, exponents and factors of different keys', async () => {
    const other = partsOf(await pkcs8Of(2048, 1));
    for (let from = 1; from < 9; from += 1) {
      expect(read(fileOf([...own.slice(0, from), ...other.slice(from)]))).toEqual(
        from === 1 ? fileOf(other) : undefined,
      );
    }
  });

  it('is refused with numbers that are not in the fewest bytes, or negative for want of a zero', () => {
    const element = (value: bigint) => Buffer.concat(integer(value));
    const withElement = (name: (typeof names)[number], encoded: Buffer) => {
      const elements = own.map((value, i) => (i === at(name) ? encoded : element(value)));
      const key = der(tags.octetString, der(tags.sequence, ...elements));
      return Buffer.concat(der(tags.sequence, integer(0n), rsaEncryption, key));
    };
    const contents = hex(part('n').toString(16));
    const written = (...before: readonly number[]) =>
      Buffer.concat(der(tags.integer, Buffer.concat([Buffer.from(before), contents])));
    expect(read(withElement('n', written(0)))).toEqual(pkcs8);
    expect(read(withElement('n', written(0, 0)))).toBeUndefined();
    expect(read(withElement('n', written()))).toBeUndefined();
  });

  it('is refused with one prime twice', () => {
    const p = part('p');
    expect(read(fileOf(keyOf(part('e'), p, p)))).toBeUndefined();
  });

  it('is refused as PKCS#1, PEM, public key, or key of another kind', () => {
    expect(read(privateKey.export({ type: 'pkcs1', format: 'der' }))).toBeUndefined();
    expect(read(Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })))).toBeUndefined();
    expect(read(publicKey.export({ type: 'spki', format: 'der' }))).toBeUndefined();
    const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey;
    expect(read(pss.export({ type: 'pkcs8', format: 'der' }))).toBeUndefined();
    expect(read(generateEc('P-256'))).toBeUndefined();
    expect(read(fileOf(own, der(tags.sequence, hex('06092a864886f70d010101'))))).toBeUndefined(); // no NULL
  });

  it('is refused cut short, and with bytes after it', () => {
    for (let length = 0; length < pkcs8.length; length += 13) expect(read(pkcs8.subarray(0, length))).toBeUndefined();
    expect(read(Buffer.concat([pkcs8, Buffer.of(0)]))).toBeUndefined();
  });

  it('is refused with any bit of its numbers changed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 40, max: pkcs8.length - 1 }), fc.integer({ min: 0, max: 7 }), (index, bit) => {
        const other = Buffer.from(pkcs8);
        other.writeUInt8(other.readUInt8(index) ^ (1 << bit), index);
        expect(read(other)).toBeUndefined();
      }),
    );
  });

  describeOpenSsl('which openssl made', ({ run, file }) => {
    const made = (...options: readonly string[]) => {
      const args = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', ...options];
      const key = file('key', run('genpkey', ...args));
      return run('pkcs8', '-topk8', '-nocrypt', '-in', key, '-outform', 'DER');
    };

    it('is taken with two primes as it is, and refused with three', () => {
      const two = made();
      expect(read(two)).toEqual(two);
      expect(read(made('-pkeyopt', 'rsa_keygen_primes:3'))).toBeUndefined();
    });
  });
});

const pkcs8Of = async (...which: Parameters<typeof rsaPair>): Promise<Buffer> =>
  (await rsaPair(...which)).privateKey.export({ type: 'pkcs8', format: 'der' });
