import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { ed25519, ed25519ph } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateEd25519, signEd25519, verifyEd25519 } from '../../../core/crypto/ed25519.ts';
import { describeVectors, hex, misjudged, type Wycheproof } from '../../vectors.ts';
import { describeOpenSsl } from './openssl.ts';

const privateKeyFrom = (key: Buffer): KeyObject => createPrivateKey({ key, format: 'der', type: 'pkcs8' });
const privateKeyOf = (seed: string) => privateKeyFrom(hex(`302e020100300506032b657004220420${seed}`));
const rawPublicKey = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' }).subarray(-32);

const generated = generateEd25519();
const privateKey = privateKeyFrom(generated);
const publicKey = createPublicKey(privateKey);
const seed = generated.subarray(-32);
const digest = createHash('sha512').update('a message').digest();
const schemes = ['ed25519', 'ed25519ph'] as const;

type Vectors = Wycheproof<{ publicKeyDer: string }, { msg: string; sig: string }>;

describeVectors<Vectors>('wycheproof/ed25519_test.json', ({ testGroups }) => {
  it('accepts exactly the valid signatures', () => {
    expect(testGroups.flatMap(({ tests }) => tests)).toHaveLength(151);
    const wrong = testGroups.flatMap(({ publicKeyDer, tests }) => {
      const key = createPublicKey({ key: hex(publicKeyDer), format: 'der', type: 'spki' });
      return misjudged(tests, ({ msg, sig }) => verifyEd25519('ed25519', key, hex(msg), hex(sig)));
    });
    expect(wrong).toEqual([]);
  });
});

describe('Ed25519', () => {
  it('signs as in RFC 8032, 7.1, test 3', () => {
    const key = privateKeyOf('c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7');
    const expected =
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac' +
      '18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a';
    expect(signEd25519('ed25519', key, hex('af82')).toString('hex')).toBe(expected);
  });

  it('agrees with noble, both ways, on messages of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (message) => {
        const signature = signEd25519('ed25519', privateKey, message);
        expect(signature).toEqual(Buffer.from(ed25519.sign(message, seed)));
        expect(verifyEd25519('ed25519', publicKey, message, signature)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  describeOpenSsl('and the openssl command', ({ run, accepts, file }) => {
    it('verify what the other signed', () => {
      const key = file('key.pem', Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })));
      const message = ['-rawin', '-in', file('message', digest)];
      const ours = file('signature', signEd25519('ed25519', privateKey, digest));
      expect(accepts('pkeyutl', '-verify', '-inkey', key, ...message, '-sigfile', ours)).toBe(true);
      const theirs = run('pkeyutl', '-sign', '-inkey', key, ...message);
      expect(verifyEd25519('ed25519', publicKey, digest, theirs)).toBe(true);
    });
  });
});

describe('Ed25519ph', () => {
  it('hashes the digest once more: it signs 64 bytes as RFC 8032 has a message signed', () => {
    // The equation of 5.1.7, put together by hand: 8 S B = 8 R + 8 SHA-512(dom2(1, "") || R || A || PH(M)) A.
    const signature = signEd25519('ed25519ph', privateKey, digest);
    const point = rawPublicKey(publicKey);
    const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
    const dom2 = Buffer.concat([Buffer.from('SigEd25519 no Ed25519 collisions'), Buffer.of(1, 0)]);
    const prehashed = createHash('sha512').update(digest).digest();
    const k = createHash('sha512').update(dom2).update(r).update(point).update(prehashed).digest();
    const { BASE, Fn } = { BASE: ed25519.Point.BASE, Fn: ed25519.Point.Fn };
    const littleEndian = (bytes: Buffer) => Fn.create(BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`));
    const right = ed25519.Point.fromBytes(r).add(ed25519.Point.fromBytes(point).multiply(littleEndian(k)));
    expect(BASE.multiply(littleEndian(s)).equals(right)).toBe(true);
  });

  it('is computed by a library that signs "abc" as in RFC 8032, 7.3', () => {
    const secret = hex('833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42');
    const expected =
      '98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41' +
      '31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406';
    expect(Buffer.from(ed25519ph.sign(Buffer.from('abc'), secret)).toString('hex')).toBe(expected);
  });

  it('refuses a key of small order, under which one signature fits every message', () => {
    const identity = Buffer.from([1, ...Buffer.alloc(31)]);
    const spki = Buffer.concat([hex('302a300506032b6570032100'), identity]);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const everything = Buffer.concat([identity, Buffer.alloc(32)]);
    expect(ed25519ph.verify(everything, digest, identity, { zip215: true })).toBe(true);
    expect(verifyEd25519('ed25519ph', key, digest, everything)).toBe(false);
  });

  it('takes 64 bytes only, else it throws a RangeError', () => {
    const message = new RangeError('message: expected 64 bytes, got 63');
    const short = digest.subarray(1);
    expect(() => signEd25519('ed25519ph', privateKey, short)).toThrow(message);
    expect(() => verifyEd25519('ed25519ph', publicKey, short, Buffer.alloc(64))).toThrow(message);
  });
});

describe.each(schemes)('the scheme %s', (scheme) => {
  const signature = signEd25519(scheme, privateKey, digest);

  it('verifies what it signed, the same each time', () => {
    expect(signEd25519(scheme, privateKey, digest)).toEqual(signature);
    expect(verifyEd25519(scheme, publicKey, digest, signature)).toBe(true);
  });

  it('refuses any other bit, message, key, scheme or length', () => {
    for (let bit = 0; bit < 512; bit += 7) {
      const changed = Buffer.from(signature);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(verifyEd25519(scheme, publicKey, digest, changed)).toBe(false);
    }
    const other = schemes.find((name) => name !== scheme) ?? scheme;
    expect(verifyEd25519(other, publicKey, digest, signature)).toBe(false);
    expect(verifyEd25519(scheme, publicKey, Buffer.alloc(64), signature)).toBe(false);
    expect(verifyEd25519(scheme, createPublicKey(privateKeyFrom(generateEd25519())), digest, signature)).toBe(false);
    for (const length of [0, 32, 63]) {
      expect(verifyEd25519(scheme, publicKey, digest, signature.subarray(0, length))).toBe(false);
    }
    expect(verifyEd25519(scheme, publicKey, digest, Buffer.concat([signature, Buffer.of(0)]))).toBe(false);
  });

  it('refuses the twin of a signature, whose S is greater by the order', () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + order;
    const twin = Buffer.concat([signature.subarray(0, 32), hex(s.toString(16).padStart(64, '0')).reverse()]);
    expect(verifyEd25519(scheme, publicKey, digest, twin)).toBe(false);
  });

  it('answers false to any bytes whatever', () => {
    const junk = fc.oneof(fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ minLength: 64, maxLength: 64 }));
    fc.assert(
      fc.property(junk, (bytes) => !verifyEd25519(scheme, publicKey, digest, bytes)),
      { numRuns: 30 },
    );
  });

  it.each([
    ['key: expected ed25519 private, got ed25519 public', publicKey, 'sign'],
    ['key: expected ed25519 public, got ed25519 private', privateKey, 'verify'],
    ['key: expected ed25519 private, got ed448 private', generateKeyPairSync('ed448').privateKey, 'sign'],
    ['key: expected ed25519 public, got x25519 public', generateKeyPairSync('x25519').publicKey, 'verify'],
  ])('throws the RangeError "%s"', (message, key, call) => {
    const attempt = () =>
      call === 'sign' ? signEd25519(scheme, key, digest) : verifyEd25519(scheme, key, digest, signature);
    expect(attempt).toThrow(new RangeError(message));
  });
});

it('generates PKCS#8 of 48 bytes, another one each time', () => {
  expect(generated.subarray(0, -32).toString('hex')).toBe('302e020100300506032b657004220420');
  expect(privateKey.asymmetricKeyType).toBe('ed25519');
  expect(generateEd25519()).not.toEqual(generated);
});
