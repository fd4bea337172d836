import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  privateEncrypt,
  sign,
} from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeEmsaPss } from '../../../core/crypto/emsa-pss.ts';
import { signRsa, verifyRsa } from '../../../core/crypto/rsa-signature.ts';
import { rsaPair } from '../../rsa-keys.ts';
import { describeVectors, hashName, hex, misjudged, type Wycheproof } from '../../vectors.ts';
import { describeOpenSsl } from './openssl.ts';

type Sha = 'SHA-256' | 'SHA-384' | 'SHA-512';
type Vectors = Wycheproof<
  { sha: Sha; mgfSha?: string; sLen?: number; publicKeyDer: string; privateKeyPkcs8: string; keySize: number },
  { msg: string; sig: string }
>;
type Group = Vectors['testGroups'][number];

const hashes = ['sha256', 'sha384', 'sha512'] as const;
const kinds = ['RAW', 'DIGEST'] as const;
const ours = ({ sha }: Group) => ['SHA-256', 'SHA-384', 'SHA-512'].includes(sha);

/** The message as it is, or hashed. */
const asKind = (kind: 'RAW' | 'DIGEST', hash: (typeof hashes)[number], message: Buffer): Buffer =>
  kind === 'RAW' ? message : createHash(hash).update(message).digest();

const verifies = (scheme: 'pss' | 'pkcs1', kind: 'RAW' | 'DIGEST', group: Group) => {
  const key = createPublicKey({ key: hex(group.publicKeyDer), format: 'der', type: 'spki' });
  const hash = hashName(group.sha);
  return ({ msg, sig }: Group['tests'][number]) =>
    verifyRsa({ scheme, hash }, key, asKind(kind, hash, hex(msg)), kind, hex(sig));
};

describe.each(kinds)('RSASSA-PSS over %s', (kind) => {
  describe.each([
    ['2048_sha256_mgf1_32', 108],
    ['2048_sha384_mgf1_48', 141],
    ['3072_sha256_mgf1_32', 108],
    ['4096_sha256_mgf1_32', 108],
    ['4096_sha384_mgf1_48', 141],
    ['4096_sha512_mgf1_64', 179],
  ])('against Wycheproof', (name, count) => {
    describeVectors<Vectors>(`wycheproof/rsa_pss_${name}_test.json`, ({ testGroups }) => {
      it('accepts exactly the valid signatures', () => {
        expect(testGroups.flatMap(({ tests }) => tests)).toHaveLength(count);
        expect(testGroups.flatMap((group) => misjudged(group.tests, verifies('pss', kind, group)))).toEqual([]);
      });
    });
  });

  describeVectors<Vectors>('wycheproof/rsa_pss_misc_test.json', ({ testGroups }) => {
    const isOurs = (group: Group) => group.sha === group.mgfSha && group.sLen === Number(group.sha.slice(4)) / 8;
    const groups = testGroups.filter(ours);

    it('accepts a salt as long as the digest with MGF1 of the same hash, and nothing else', () => {
      expect(groups.filter(isOurs)).toHaveLength(3);
      expect(groups.length).toBe(90);
      const wrong = groups.filter(
        (group) => !group.tests.every((test) => verifies('pss', kind, group)(test) === isOurs(group)),
      );
      expect(wrong).toEqual([]);
    });
  });
});

describe.each(kinds)('RSASSA-PKCS1-v1_5 over %s', (kind) => {
  const files = [2048, 3072, 4096].flatMap((bits) => hashes.map((hash) => `rsa_signature_${bits}_${hash}`));

  describe.each(files)('against Wycheproof', (name) => {
    describeVectors<Vectors>(`wycheproof/${name}_test.json`, ({ testGroups }) => {
      it('accepts exactly the valid signatures, and not one without the NULL', () => {
        expect(testGroups.flatMap(({ tests }) => tests).length).toBeGreaterThanOrEqual(258);
        expect(testGroups.flatMap((group) => misjudged(group.tests, verifies('pkcs1', kind, group)))).toEqual([]);
      });
    });
  });

  describe.each([
    [2048, 27],
    [3072, 26],
    [4096, 24],
  ])('against Wycheproof', (bits, count) => {
    describeVectors<Vectors>(`wycheproof/rsa_pkcs1_${bits}_sig_gen_test.json`, ({ testGroups }) => {
      it('makes the very signatures', async () => {
        const cases = testGroups.filter(ours).flatMap((group) => group.tests.map((test) => ({ group, test })));
        expect(cases).toHaveLength(count);
        for (const { group, test } of cases) {
          const key = createPrivateKey({ key: hex(group.privateKeyPkcs8), format: 'der', type: 'pkcs8' });
          const hash = hashName(group.sha);
          const message = asKind(kind, hash, hex(test.msg));
          expect((await signRsa({ scheme: 'pkcs1', hash }, key, message, kind)).toString('hex')).toBe(test.sig);
        }
      });
    });
  });
});

const { privateKey, publicKey } = await rsaPair(2048);
const { publicKey: anotherKey } = await rsaPair(2048, 1);
const message = Buffer.from('a message');

describe.each(['pss', 'pkcs1'] as const)('the scheme %s', (scheme) => {
  describe.each(hashes)('with %s', (hash) => {
    const facts = { scheme, hash };
    const digest = asKind('DIGEST', hash, message);
    const input = { RAW: message, DIGEST: digest };

    it.each([
      ['RAW', 'RAW'],
      ['RAW', 'DIGEST'],
      ['DIGEST', 'RAW'],
      ['DIGEST', 'DIGEST'],
    ] as const)('signs as %s what verifies as %s', async (signed, verified) => {
      const signature = await signRsa(facts, privateKey, input[signed], signed);
      expect(verifyRsa(facts, publicKey, input[verified], verified, signature)).toBe(true);
    });

    it.each(kinds)('refuses over %s: other bytes, message, key, scheme, hash or length', async (kind) => {
      const signature = await signRsa(facts, privateKey, input[kind], kind);
      const verify = (changed: Buffer) => verifyRsa(facts, publicKey, input[kind], kind, changed);
      for (let index = 0; index < signature.length; index += 8) {
        const changed = Buffer.from(signature);
        changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
        expect(verify(changed)).toBe(false);
      }
      const others = [
        Buffer.alloc(0),
        signature.subarray(1),
        Buffer.concat([Buffer.of(0), signature]),
        Buffer.alloc(256, 255),
      ];
      for (const other of [...others, Buffer.alloc(256)]) expect(verify(other)).toBe(false);
      const another = asKind(kind, hash, Buffer.from('another message'));
      expect(verifyRsa(facts, publicKey, another, kind, signature)).toBe(false);
      expect(verifyRsa(facts, anotherKey, input[kind], kind, signature)).toBe(false);
      const anotherScheme = { scheme: scheme === 'pss' ? 'pkcs1' : 'pss', hash } as const;
      expect(verifyRsa(anotherScheme, publicKey, input[kind], kind, signature)).toBe(false);
      const anotherHash = hash === 'sha256' ? 'sha384' : 'sha256';
      const kindOfAnother = asKind(kind, anotherHash, message);
      expect(verifyRsa({ scheme, hash: anotherHash }, publicKey, kindOfAnother, kind, signature)).toBe(false);
    });

    it.each(kinds)('answers false over %s to any bytes whatever', (kind) => {
      const junk = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 256, maxLength: 256 }));
      fc.assert(fc.property(junk, (bytes) => !verifyRsa(facts, publicKey, input[kind], kind, bytes)));
    });

    it('throws a RangeError on a digest of another length, and on a key of the wrong half', async () => {
      const tooShort = new RangeError(`message: expected ${digest.length} bytes, got ${digest.length - 1}`);
      await expect(signRsa(facts, privateKey, digest.subarray(1), 'DIGEST')).rejects.toThrow(tooShort);
      expect(() => verifyRsa(facts, publicKey, digest.subarray(1), 'DIGEST', Buffer.alloc(256))).toThrow(tooShort);
      await expect(signRsa(facts, publicKey, digest, 'DIGEST')).rejects.toThrow(RangeError);
      expect(() => verifyRsa(facts, privateKey, message, 'RAW', Buffer.alloc(256))).toThrow(RangeError);
    });

    describeOpenSsl('and the openssl command', ({ run, accepts, file }) => {
      const padding =
        scheme === 'pss' ? ['rsa_padding_mode:pss', 'rsa_pss_saltlen:digest'] : ['rsa_padding_mode:pkcs1'];
      const options = [`digest:${hash}`, ...padding].flatMap((option) => ['-pkeyopt', option]);
      const key = () => ['-inkey', file('key.pem', Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })))];

      it.each(kinds)('verifies over its digest what the other signed over %s', async (kind) => {
        const files = [
          '-in',
          file('digest', digest),
          '-sigfile',
          file('sig', await signRsa(facts, privateKey, input[kind], kind)),
        ];
        expect(accepts('pkeyutl', '-verify', ...key(), ...options, ...files)).toBe(true);
        const theirs = run('pkeyutl', '-sign', ...key(), ...options, '-in', file('digest', digest));
        expect(verifyRsa(facts, publicKey, input[kind], kind, theirs)).toBe(true);
      });
    });
  });
});

it('signs PSS over a digest with a fresh salt each time', async () => {
  const digest = asKind('DIGEST', 'sha256', message);
  const signature = () => signRsa({ scheme: 'pss', hash: 'sha256' }, privateKey, digest, 'DIGEST');
  expect(await signature()).not.toEqual(await signature());
});

it('refuses PSS with the longest salt that fits, which other emulators make', () => {
  const saltLength = constants.RSA_PSS_SALTLEN_MAX_SIGN;
  const signature = sign('sha256', message, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
  const digest = asKind('DIGEST', 'sha256', message);
  expect(verifyRsa({ scheme: 'pss', hash: 'sha256' }, publicKey, message, 'RAW', signature)).toBe(false);
  expect(verifyRsa({ scheme: 'pss', hash: 'sha256' }, publicKey, digest, 'DIGEST', signature)).toBe(false);
});

it.each(['pss', 'pkcs1'] as const)(
  'refuses %s without its leading zero, the same number in fewer bytes',
  async (scheme) => {
    const facts = { scheme, hash: 'sha256' } as const;
    const found = async (i: number): Promise<{ digest: Buffer; signature: Buffer }> => {
      const digest = asKind('DIGEST', 'sha256', Buffer.from(`message ${i}`));
      const signature = await signRsa(facts, privateKey, digest, 'DIGEST');
      return signature[0] === 0 ? { digest, signature } : found(i + 1); // one in some 200
    };
    const { digest, signature } = await found(0);
    expect(verifyRsa(facts, publicKey, digest, 'DIGEST', signature)).toBe(true);
    expect(verifyRsa(facts, publicKey, digest, 'DIGEST', signature.subarray(1))).toBe(false);
  },
);

it('handles a modulus that is a bit longer than whole bytes, where the PSS encoding is a byte shorter', async () => {
  const odd = generateKeyPairSync('rsa', { modulusLength: 1025 });
  for (const scheme of ['pss', 'pkcs1'] as const) {
    const facts = { scheme, hash: 'sha256' } as const;
    const digest = asKind('DIGEST', 'sha256', message);
    const signature = await signRsa(facts, odd.privateKey, digest, 'DIGEST');
    expect(verifyRsa(facts, odd.publicKey, message, 'RAW', signature)).toBe(true);
    const native = await signRsa(facts, odd.privateKey, message, 'RAW');
    expect(verifyRsa(facts, odd.publicKey, digest, 'DIGEST', native)).toBe(true);
  }
});

it('refuses PSS over a digest where the byte before its encoding is not zero', () => {
  const odd = generateKeyPairSync('rsa', { modulusLength: 1025 });
  const digest = asKind('DIGEST', 'sha256', message);
  const forged = (salt: number): Buffer => {
    const EM = encodeEmsaPss('sha256', digest, Buffer.alloc(32, salt), 1024);
    try {
      return privateEncrypt(
        { key: odd.privateKey, padding: constants.RSA_NO_PADDING },
        Buffer.concat([Buffer.of(1), EM]),
      );
    } catch {
      return forged(salt + 1); // the number was not below the modulus
    }
  };
  const facts = { scheme: 'pss', hash: 'sha256' } as const;
  expect(verifyRsa(facts, odd.publicKey, digest, 'DIGEST', forged(0))).toBe(false);
});
