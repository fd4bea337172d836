import { createHash, createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { der, readSequence, tags } from '../../../core/crypto/der.ts';
import { encodeEcPrivateKey, encodeEcPublicKey, pointOf } from '../../../core/crypto/ec-der.ts';
import { generateEc } from '../../../core/crypto/ec-key.ts';
import {
  decryptSm2,
  deriveSm2SharedSecret,
  encryptSm2,
  generateSm2,
  signSm2,
  sm2PublicKey,
  verifySm2,
} from '../../../core/crypto/sm2.ts';
import { hex } from '../../vectors.ts';
import { describeOpenSsl } from './openssl.ts';

const pkcs8 = generateSm2();
const spki = sm2PublicKey(pkcs8);
const message = Buffer.from('a message');
const digest = createHash('sha256').update(message).digest();
const kinds = ['RAW', 'DIGEST'] as const;
const input = { RAW: message, DIGEST: digest };

const flipped = (bytes: Buffer, index: number): Buffer => {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
  return changed;
};
const integers = (...numbers: readonly string[]) =>
  Buffer.concat(der(tags.sequence, ...numbers.map((number) => der(tags.integer, hex(number)))));

// The example of GB/T 32918.5 §A.2 to A.4, whose key signs and decrypts.
const example = encodeEcPrivateKey('SM2', hex('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8'));
const standard = example ?? Buffer.alloc(0);

describe('SM2 keys', () => {
  it('are PKCS#8 with a named curve, another one each time', () => {
    const prefix = '308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420';
    expect(pkcs8.subarray(0, 36).toString('hex')).toBe(prefix);
    expect(pkcs8).toHaveLength(138);
    expect(generateSm2()).not.toEqual(pkcs8);
  });

  it('have the public key which OpenSSL derives', () => {
    const key = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
    expect(key.export({ type: 'spki', format: 'der' })).toEqual(spki);
  });

  it('have the public key of the standard: GB/T 32918.5 §A.2', () => {
    const x = '09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020';
    const y = 'ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13';
    expect(sm2PublicKey(standard).subarray(-65).toString('hex')).toBe(`04${x}${y}`);
  });

  it('are of no other curve and in no other form: RangeError, without repeating them', () => {
    const wrongPrivate = new RangeError('private key: expected one of SM2, got other bytes');
    for (const key of [generateEc('P-256'), spki, pkcs8.subarray(1), Buffer.concat([pkcs8, Buffer.of(0)])]) {
      expect(() => sm2PublicKey(key)).toThrow(wrongPrivate);
      expect(() => signSm2(key, message, 'RAW')).toThrow(wrongPrivate);
      expect(() => decryptSm2(key, message)).toThrow(wrongPrivate);
      expect(() => deriveSm2SharedSecret(key, spki)).toThrow(wrongPrivate);
    }
    const wrongPublic = new RangeError('public key: expected one of SM2, got other bytes');
    for (const key of [pkcs8, spki.subarray(1), Buffer.concat([spki, Buffer.of(0)])]) {
      expect(() => verifySm2(key, message, 'RAW', message)).toThrow(wrongPublic);
      expect(() => encryptSm2(key, message)).toThrow(wrongPublic);
    }
  });
});

describe('SM2DSA', () => {
  const r = 'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3';
  const s = 'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa';

  it('verifies the example of GB/T 32918.5 §A.2, as a message and as its digest', () => {
    const publicKey = sm2PublicKey(standard);
    const signature = integers(`00${r}`, `00${s}`);
    expect(verifySm2(publicKey, Buffer.from('message digest'), 'RAW', signature)).toBe(true);
    const e = hex('f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640');
    expect(verifySm2(publicKey, e, 'DIGEST', signature)).toBe(true);
    expect(verifySm2(publicKey, Buffer.from('message digesT'), 'RAW', signature)).toBe(false);
  });

  it.each(kinds)('signs over %s what verifies, never twice the same', (kind) => {
    const signature = signSm2(pkcs8, input[kind], kind);
    expect(verifySm2(spki, input[kind], kind, signature)).toBe(true);
    expect(signSm2(pkcs8, input[kind], kind)).not.toEqual(signature);
  });

  it('signs a message of any length', () => {
    for (const length of [0, 1, 4096]) {
      const long = Buffer.alloc(length, 7);
      expect(verifySm2(spki, long, 'RAW', signSm2(pkcs8, long, 'RAW'))).toBe(true);
    }
  });

  it('takes 32 bytes as a message or as a digest, which are not the same', () => {
    expect(verifySm2(spki, digest, 'RAW', signSm2(pkcs8, digest, 'DIGEST'))).toBe(false);
    expect(verifySm2(spki, digest, 'DIGEST', signSm2(pkcs8, digest, 'RAW'))).toBe(false);
  });

  it.each(kinds)('refuses over %s: other bytes, message or key, no bytes, bytes after the end', (kind) => {
    const signature = signSm2(pkcs8, input[kind], kind);
    const verifies = (changed: Buffer) => verifySm2(spki, input[kind], kind, changed);
    for (let index = 0; index < signature.length; index += 3) expect(verifies(flipped(signature, index))).toBe(false);
    for (const other of [Buffer.alloc(0), signature.subarray(0, -1), Buffer.concat([signature, Buffer.of(0)])]) {
      expect(verifies(other)).toBe(false);
    }
    expect(verifySm2(spki, flipped(input[kind], 0), kind, signature)).toBe(false);
    expect(verifySm2(sm2PublicKey(generateSm2()), input[kind], kind, signature)).toBe(false);
  });

  it.each([
    ['r of zero', '00', s.replace('b1', '31')],
    ['s of zero', r.replace('f5', '35'), '00'],
    ['negative numbers', r, s],
    ['r with a needless zero', `0000${r}`, `00${s}`],
    ['r of 33 bytes', `01${r}`, `00${s}`],
    ['s greater by the order', `00${r}`, `01b1b6aa28df212fd8763182bc0d421ca02d940d34e6c5b6e32cd05b30f4bad9ba2`],
    ['r as great as the order', '00fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123', `00${s}`],
  ])('refuses %s', (_, first, second) => {
    expect(verifySm2(sm2PublicKey(standard), Buffer.from('message digest'), 'RAW', integers(first, second))).toBe(
      false,
    );
  });

  it('refuses r of zero with a digest made for it, under which the equation holds', () => {
    // With r = 0, t is s: the digest is minus the x-coordinate of s G + s P, which is s (1 + d) G.
    const [order, d, s] = [
      0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
      0x3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8n,
      5n,
    ];
    const bytes = (number: bigint) => hex(number.toString(16).padStart(64, '0'));
    const x = pointOf('SM2', bytes((s * (1n + d)) % order))?.subarray(1, 33);
    const forged = (order - (BigInt(`0x${x?.toString('hex')}`) % order)) % order;
    expect(verifySm2(sm2PublicKey(standard), bytes(forged), 'DIGEST', integers('00', '05'))).toBe(false);
  });

  it('answers false to any bytes whatever', () => {
    const junk = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .tuple(fc.bigInt({ min: 0n, max: 2n ** 255n - 1n }), fc.bigInt({ min: 0n, max: 2n ** 255n - 1n }))
        .map((pair) => integers(...pair.map((number) => number.toString(16).padStart(64, '0')))),
    );
    fc.assert(
      fc.property(junk, (bytes) => !verifySm2(spki, message, 'RAW', bytes)),
      { numRuns: 50 },
    );
  });

  it.each([0, 31, 33])('throws a RangeError on a digest of %i bytes', (length) => {
    const wrong = new RangeError(`message: expected 32 bytes, got ${length}`);
    expect(() => signSm2(pkcs8, Buffer.alloc(length), 'DIGEST')).toThrow(wrong);
    expect(() => verifySm2(spki, Buffer.alloc(length), 'DIGEST', message)).toThrow(wrong);
  });
});

describe('SM2PKE', () => {
  const sealed = encryptSm2(spki, message);

  it('decrypts the example of GB/T 32918.5 §A.4', () => {
    const x = '04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73';
    const y = 'e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0';
    const c3 = '59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766';
    const c2 = '21886ca989ca9c7d58087307ca93092d651efa';
    const parts = [der(tags.integer, hex(x)), der(tags.integer, hex(`00${y}`))];
    const octets = [c3, c2].map((text) => der(tags.octetString, hex(text)));
    const ciphertext = Buffer.concat(der(tags.sequence, ...parts, ...octets));
    expect(decryptSm2(standard, ciphertext)?.toString()).toBe('encryption standard');
  });

  it.each([1, 31, 32, 33, 127, 256, 1024])('carries %i bytes, never twice the same', (length) => {
    const plaintext = Buffer.alloc(length, 5);
    const ciphertext = encryptSm2(spki, plaintext);
    expect(decryptSm2(pkcs8, ciphertext)).toEqual(plaintext);
    expect(encryptSm2(spki, plaintext)).not.toEqual(ciphertext);
  });

  it.each([0, 1025])('refuses a plaintext of %i bytes with a RangeError', (length) => {
    const wrong = new RangeError(`plaintext: expected 1 to 1024 bytes, got ${length}`);
    expect(() => encryptSm2(spki, Buffer.alloc(length))).toThrow(wrong);
  });

  it('answers undefined to any changed byte, another key, and bytes cut short or too many', () => {
    for (let index = 0; index < sealed.length; index += 1) {
      expect(decryptSm2(pkcs8, flipped(sealed, index))).toBeUndefined();
    }
    expect(decryptSm2(generateSm2(), sealed)).toBeUndefined();
    for (const length of [0, 1, 70, sealed.length - 1]) {
      expect(decryptSm2(pkcs8, sealed.subarray(0, length))).toBeUndefined();
    }
    expect(decryptSm2(pkcs8, Buffer.concat([sealed, Buffer.of(0)]))).toBeUndefined();
    expect(decryptSm2(pkcs8, sealed)).toEqual(message);
  });

  it('refuses a point that is not on the curve', () => {
    const shape = [tags.integer, tags.integer, tags.octetString, tags.octetString] as const;
    const [, y, hash, masked] = readSequence(sealed, shape) ?? [];
    if (y === undefined || hash === undefined || masked === undefined) throw new Error('no ciphertext');
    const forged = (x: Buffer) =>
      Buffer.concat(
        der(
          tags.sequence,
          der(tags.integer, x),
          der(tags.integer, y),
          der(tags.octetString, hash),
          der(tags.octetString, masked),
        ),
      );
    expect(decryptSm2(pkcs8, forged(Buffer.of(0)))).toBeUndefined();
    expect(decryptSm2(pkcs8, forged(Buffer.of(1)))).toBeUndefined();
  });

  it('answers undefined to any bytes whatever', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => decryptSm2(pkcs8, bytes) === undefined));
  });
});

describe('ECDH on the curve of SM2', () => {
  const theirs = generateSm2();

  it('gives both sides the same, as long as the field', () => {
    const secret = deriveSm2SharedSecret(pkcs8, sm2PublicKey(theirs));
    expect(secret).toHaveLength(32);
    expect(deriveSm2SharedSecret(theirs, spki)).toEqual(secret);
  });

  it('gives what OpenSSL gives with keys of its own making', () => {
    const [mine, peer] = [0, 1].map(() => generateKeyPairSync('ec', { namedCurve: 'SM2' }));
    if (mine === undefined || peer === undefined) throw new Error('no keys');
    const secret = diffieHellman({ privateKey: mine.privateKey, publicKey: peer.publicKey });
    const exported = mine.privateKey.export({ type: 'pkcs8', format: 'der' });
    expect(deriveSm2SharedSecret(exported, peer.publicKey.export({ type: 'spki', format: 'der' }))).toEqual(secret);
  });

  it('answers undefined to another curve, a point off it, compressed or of infinity, and other bytes', () => {
    const p256 = createPublicKey(createPrivateKey({ key: generateEc('P-256'), format: 'der', type: 'pkcs8' }));
    const compressed = Buffer.concat([Buffer.of(2 + ((spki.at(-1) ?? 0) % 2)), spki.subarray(-64, -32)]);
    const others = [
      p256.export({ type: 'spki', format: 'der' }),
      flipped(spki, spki.length - 1),
      encodeEcPublicKey('SM2', compressed),
      encodeEcPublicKey('SM2', Buffer.of(0)),
      spki.subarray(0, -1),
      Buffer.concat([spki, Buffer.of(0)]),
      pkcs8,
      Buffer.alloc(0),
    ];
    for (const other of others) expect(deriveSm2SharedSecret(pkcs8, other)).toBeUndefined();
  });
});

describeOpenSsl('SM2 and the openssl command', ({ run, accepts, file }) => {
  const pem = () => {
    const base64 = pkcs8.toString('base64').replace(/.{64}/g, '$&\n');
    return file('key.pem', Buffer.from(`-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`));
  };
  const id = ['-pkeyopt', 'distid:1234567812345678'];

  it('verify messages which the other signed', () => {
    const options = ['-inkey', pem(), '-rawin', '-digest', 'sm3', ...id, '-in', file('message', message)];
    const ours = file('signature', signSm2(pkcs8, message, 'RAW'));
    expect(accepts('pkeyutl', '-verify', ...options, '-sigfile', ours)).toBe(true);
    expect(verifySm2(spki, message, 'RAW', run('pkeyutl', '-sign', ...options))).toBe(true);
  });

  it('do so with no other identity', () => {
    const options = ['-inkey', pem(), '-rawin', '-digest', 'sm3', '-in', file('message', message)];
    const other = ['-pkeyopt', 'distid:8765432187654321'];
    const ours = file('signature', signSm2(pkcs8, message, 'RAW'));
    expect(accepts('pkeyutl', '-verify', ...options, ...other, '-sigfile', ours)).toBe(false);
    expect(verifySm2(spki, message, 'RAW', run('pkeyutl', '-sign', ...options, ...other))).toBe(false);
  });

  it('verify digests which the other signed', () => {
    const options = ['-inkey', pem(), '-in', file('digest', digest)];
    const ours = file('signature', signSm2(pkcs8, digest, 'DIGEST'));
    expect(accepts('pkeyutl', '-verify', ...options, '-sigfile', ours)).toBe(true);
    expect(verifySm2(spki, digest, 'DIGEST', run('pkeyutl', '-sign', ...options))).toBe(true);
  });

  it.each([2, 32, 300, 1024])('decrypt %i bytes which the other encrypted', (length) => {
    const plaintext = Buffer.alloc(length, 9);
    const ours = file('sealed', encryptSm2(spki, plaintext));
    expect(run('pkeyutl', '-decrypt', '-inkey', pem(), '-in', ours)).toEqual(plaintext);
    const theirs = run('pkeyutl', '-encrypt', '-inkey', pem(), '-in', file('plain', plaintext));
    expect(decryptSm2(pkcs8, theirs)).toEqual(plaintext);
  });
});
