import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curves, generateEc, publicPoint, withScalar } from '../../../core/crypto/ec-key.ts';
import { nobleOf, signEcdsa, verifyEcdsa } from '../../../core/crypto/ecdsa.ts';
import { hex } from '../../vectors.ts';
import { describeOpenSsl } from './openssl.ts';

const kinds = ['RAW', 'DIGEST'] as const;
const schemes = [
  { curve: 'P-256', hash: 'sha256' },
  { curve: 'P-384', hash: 'sha384' },
  { curve: 'P-521', hash: 'sha512' },
  { curve: 'secp256k1', hash: 'sha256' },
] as const;

const asKind = (kind: 'RAW' | 'DIGEST', hash: string, message: Buffer): Buffer =>
  kind === 'RAW' ? message : createHash(hash).update(message).digest();

const privateKeyFrom = (der: Buffer): KeyObject => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
const message = Buffer.from('a message');

describe.each(schemes)('ECDSA on $curve', ({ curve, hash }) => {
  const scheme = { curve, hash };
  const privateKey = privateKeyFrom(generateEc(curve));
  const publicKey = createPublicKey(privateKey);
  const input = { RAW: message, DIGEST: asKind('DIGEST', hash, message) };

  it('generates PKCS#8 with a named curve, another one each time', () => {
    expect(privateKey.asymmetricKeyDetails).toEqual({ namedCurve: curves[curve].openssl });
    expect(generateEc(curve)).not.toEqual(generateEc(curve));
  });

  it.each([
    ['RAW', 'RAW'],
    ['RAW', 'DIGEST'],
    ['DIGEST', 'RAW'],
    ['DIGEST', 'DIGEST'],
  ] as const)('signs as %s what verifies as %s', async (signed, verified) => {
    const signature = await signEcdsa(scheme, privateKey, input[signed], signed);
    expect(await verifyEcdsa(scheme, publicKey, input[verified], verified, signature)).toBe(true);
  });

  it.each(kinds)('refuses over %s: other bytes, message or key, no bytes, bytes after the end', async (kind) => {
    const signature = await signEcdsa(scheme, privateKey, input[kind], kind);
    const verify = (changed: Buffer) => verifyEcdsa(scheme, publicKey, input[kind], kind, changed);
    for (let index = 0; index < signature.length; index += 5) {
      const changed = Buffer.from(signature);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      expect(await verify(changed)).toBe(false);
    }
    for (const other of [Buffer.alloc(0), signature.subarray(0, -1), Buffer.concat([signature, Buffer.of(0)])]) {
      expect(await verify(other)).toBe(false);
    }
    const another = asKind(kind, hash, Buffer.from('another message'));
    expect(await verifyEcdsa(scheme, publicKey, another, kind, signature)).toBe(false);
    const anotherKey = createPublicKey(privateKeyFrom(generateEc(curve)));
    expect(await verifyEcdsa(scheme, anotherKey, input[kind], kind, signature)).toBe(false);
  });

  it.each(kinds)('answers false over %s to any bytes whatever', async (kind) => {
    const junk = fc.oneof(
      fc.uint8Array({ maxLength: 150 }),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.concat([Buffer.of(0x30, bytes.length), bytes])),
    );
    const refused = async (bytes: Uint8Array) => !(await verifyEcdsa(scheme, publicKey, input[kind], kind, bytes));
    await fc.assert(fc.asyncProperty(junk, refused));
  });

  it.each(kinds)('accepts over %s both halves of s, and makes both', async (kind) => {
    const { Point, Signature } = curvesOf(curve);
    const seen = new Set<boolean>();
    for (let i = 0; i < 64 && seen.size < 2; i += 1) {
      const each = Buffer.from(`message ${i}`);
      const made = await signEcdsa(scheme, privateKey, asKind(kind, hash, each), kind);
      const { r, s } = Signature.fromBytes(made, 'der');
      seen.add(s > Point.CURVE().n / 2n);
      const mirrored = Buffer.from(new Signature(r, Point.CURVE().n - s).toBytes('der'));
      expect(await verifyEcdsa(scheme, publicKey, asKind(kind, hash, each), kind, mirrored)).toBe(true);
    }
    expect(seen).toEqual(new Set([true, false]));
  });

  it('throws a RangeError on a digest of another length, another curve or the wrong half of a key', async () => {
    const { length } = input.DIGEST;
    const wrong = new RangeError(`message: expected ${length} bytes, got ${length - 1}`);
    await expect(signEcdsa(scheme, privateKey, input.DIGEST.subarray(1), 'DIGEST')).rejects.toThrow(wrong);
    await expect(verifyEcdsa(scheme, publicKey, input.DIGEST.subarray(1), 'DIGEST', message)).rejects.toThrow(wrong);
    const other = privateKeyFrom(generateEc(curve === 'P-256' ? 'secp256k1' : 'P-256'));
    await expect(signEcdsa(scheme, other, message, 'RAW')).rejects.toThrow(RangeError);
    await expect(verifyEcdsa(scheme, createPublicKey(other), message, 'RAW', message)).rejects.toThrow(RangeError);
    await expect(signEcdsa(scheme, publicKey, message, 'RAW')).rejects.toThrow(RangeError);
    await expect(verifyEcdsa(scheme, privateKey, message, 'RAW', message)).rejects.toThrow(RangeError);
  });

  it('lends the scalar that belongs to the point, and wipes it afterwards', () => {
    let lent: Uint8Array = new Uint8Array();
    const point = withScalar(privateKey, curve, (scalar) => {
      lent = scalar;
      expect(scalar.some((byte) => byte !== 0)).toBe(true);
      return curvesOf(curve).getPublicKey(scalar, false);
    });
    expect(Buffer.from(point)).toEqual(publicPoint(publicKey));
    expect(lent).toHaveLength(curves[curve].scalarLength);
    expect(lent.every((byte) => byte === 0)).toBe(true);
  });

  it('wipes the scalar when its borrower throws', () => {
    let lent: Uint8Array = Buffer.of(1);
    const failing = () =>
      withScalar(privateKey, curve, (scalar) => {
        lent = scalar;
        throw new Error('borrower');
      });
    expect(failing).toThrow('borrower');
    expect(lent.every((byte) => byte === 0)).toBe(true);
  });

  describeOpenSsl('and the openssl command', ({ run, accepts, file }) => {
    const key = () => ['-inkey', file('key.pem', Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })))];

    it.each(kinds)('verify over its digest what the other signed over %s', async (kind) => {
      const signature = file('signature', await signEcdsa(scheme, privateKey, input[kind], kind));
      const digest = ['-in', file('digest', input.DIGEST)];
      expect(accepts('pkeyutl', '-verify', ...key(), ...digest, '-sigfile', signature)).toBe(true);
      const theirs = run('pkeyutl', '-sign', ...key(), ...digest);
      expect(await verifyEcdsa(scheme, publicKey, input[kind], kind, theirs)).toBe(true);
    });
  });
});

const curvesOf = (curve: keyof typeof curves) => nobleOf(curve);

it.each([
  [
    'key: expected public on P-256, got public ec brainpoolP256r1',
    generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' }),
  ],
  ['key: expected public on P-256, got public ed25519 undefined', generateKeyPairSync('ed25519')],
])('throws the RangeError "%s"', async (text, { publicKey }) => {
  const scheme = { curve: 'P-256', hash: 'sha256' } as const;
  await expect(verifyEcdsa(scheme, publicKey, message, 'RAW', message)).rejects.toThrow(new RangeError(text));
});

it('signs over a digest with the nonce of RFC 6979, A.2.5', async () => {
  // The key of the RFC, its message "sample" and SHA-256.
  const d = 'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721';
  const pkcs8 = hex(`3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420${d}`);
  const digest = createHash('sha256').update('sample').digest();
  const signature = await signEcdsa({ curve: 'P-256', hash: 'sha256' }, privateKeyFrom(pkcs8), digest, 'DIGEST');
  const r = 'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716';
  const s = 'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8';
  expect(signature.toString('hex')).toBe(`3046022100${r}022100${s}`);
});
