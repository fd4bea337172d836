import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeEcPublicKey } from '../../../core/crypto/ec-der.ts';
import { curves, generateEc, publicPoint, withScalar } from '../../../core/crypto/ec-key.ts';
import { deriveSharedSecret } from '../../../core/crypto/ecdh.ts';
import { nobleOf } from '../../../core/crypto/ecdsa.ts';
import { describeOpenSsl } from './openssl.ts';

const names = ['P-256', 'P-384', 'P-521', 'secp256k1'] as const;
const load = (key: Buffer): KeyObject => createPrivateKey({ key, format: 'der', type: 'pkcs8' });
const spkiOf = (key: KeyObject): Buffer => createPublicKey(key).export({ type: 'spki', format: 'der' });

describe.each(names)('deriveSharedSecret on %s', (curve) => {
  const [mine, theirs] = [load(generateEc(curve)), load(generateEc(curve))];
  const spki = spkiOf(theirs);
  const point = publicPoint(createPublicKey(theirs));
  const { scalarLength } = curves[curve];
  const noble = nobleOf(curve);
  const derive = (publicKey: Buffer) => deriveSharedSecret(mine, curve, publicKey);

  it('gives both sides the same, as long as the field', () => {
    const secret = derive(spki);
    expect(secret).toHaveLength(scalarLength);
    expect(deriveSharedSecret(theirs, curve, spkiOf(mine))).toEqual(secret);
  });

  it('agrees with noble on the x-coordinate', () => {
    const shared = withScalar(mine, curve, (scalar) => noble.getSharedSecret(scalar, point, false));
    expect(derive(spki)).toEqual(Buffer.from(shared.subarray(1, 1 + scalarLength)));
  });

  it.runIf(scalarLength === 32)('keeps the leading zeros of the secret', () => {
    const found = (): Buffer => {
      const other = load(generateEc(curve));
      const secret = derive(spkiOf(other)) ?? Buffer.alloc(0);
      return secret[0] === 0 ? secret : found(); // one in 256, too many for the slower curves
    };
    expect(found()).toHaveLength(scalarLength);
  });

  it('refuses a compressed point, the point of infinity and the hybrid form', () => {
    const { x, y } = noble.Point.fromBytes(point).toAffine();
    expect(x > 0n && y > 0n).toBe(true);
    const compressed = noble.Point.fromBytes(point).toBytes(true);
    const hybrid = Buffer.concat([Buffer.of(6 + Number(y & 1n)), point.subarray(1)]);
    for (const other of [compressed, Buffer.of(0), hybrid]) {
      expect(derive(encodeEcPublicKey(curve, other))).toBeUndefined();
    }
    expect(derive(encodeEcPublicKey(curve, point))).toBeDefined();
  });

  it('refuses a point off the curve, and coordinates out of the field', () => {
    const changed = Buffer.from(point);
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    const outside = Buffer.concat([Buffer.of(4), Buffer.alloc(2 * scalarLength, 0xff)]);
    for (const other of [changed, outside, Buffer.concat([Buffer.of(4), Buffer.alloc(2 * scalarLength)])]) {
      expect(derive(encodeEcPublicKey(curve, other))).toBeUndefined();
    }
  });

  it('refuses explicit parameters, which OpenSSL takes', () => {
    const explicit = generateKeyPairSync('ec', { namedCurve: curves[curve].openssl, paramEncoding: 'explicit' });
    const key = explicit.publicKey.export({ type: 'spki', format: 'der' });
    expect(
      diffieHellman({
        privateKey: explicit.privateKey,
        publicKey: createPublicKey({ key, format: 'der', type: 'spki' }),
      }),
    ).toBeDefined();
    expect(derive(key)).toBeUndefined();
  });

  it.each(names.filter((name) => name !== curve))('refuses a key on %s', (other) => {
    expect(derive(spkiOf(load(generateEc(other))))).toBeUndefined();
  });

  it('refuses a key cut short or with bytes after it, a private key and another kind of key', () => {
    for (const length of [0, 1, 2, 20, spki.length - 1]) expect(derive(spki.subarray(0, length))).toBeUndefined();
    expect(derive(Buffer.concat([spki, Buffer.of(0)]))).toBeUndefined();
    expect(derive(generateEc(curve))).toBeUndefined();
    const x25519 = generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'der' });
    expect(derive(x25519)).toBeUndefined();
  });

  it('refuses a change of any byte before the point', () => {
    for (let index = 0; index < spki.length - 2 * scalarLength; index += 1) {
      const changed = Buffer.from(spki);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      expect(derive(changed)).toBeUndefined();
    }
  });

  it('answers undefined to any bytes whatever', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => derive(Buffer.from(bytes)) === undefined));
  });

  it('throws a RangeError on a public key, or one of another curve, in place of its own private key', () => {
    const other = load(generateEc(curve === 'P-256' ? 'P-384' : 'P-256'));
    expect(() => deriveSharedSecret(createPublicKey(mine), curve, spki)).toThrow(RangeError);
    expect(() => deriveSharedSecret(other, curve, spki)).toThrow(RangeError);
  });

  describeOpenSsl('and the openssl command', ({ run, file }) => {
    it('agree', () => {
      const key = file('key.pem', Buffer.from(mine.export({ type: 'pkcs8', format: 'pem' })));
      const peer = file('peer.pem', Buffer.from(createPublicKey(theirs).export({ type: 'spki', format: 'pem' })));
      expect(run('pkeyutl', '-derive', '-inkey', key, '-peerkey', peer)).toEqual(derive(spki));
    });
  });
});
