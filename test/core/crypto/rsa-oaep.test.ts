import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decryptOaep, encryptOaep, oaepLimit } from '../../../core/crypto/rsa-oaep.ts';
import { rsaPair } from '../../rsa-keys.ts';
import { describeVectors, hashName, hex, misjudged, type Wycheproof } from '../../vectors.ts';
import { describeOpenSsl } from './openssl.ts';

type Vectors = Wycheproof<
  { keySize: number; sha: 'SHA-1' | 'SHA-256' | 'SHA-384'; mgfSha: string; privateKeyPkcs8: string },
  { msg: string; ct: string; label: string }
>;
type Group = Vectors['testGroups'][number];

const privateKeyOf = (group: Group): KeyObject =>
  createPrivateKey({ key: hex(group.privateKeyPkcs8), format: 'der', type: 'pkcs8' });

const opens = (group: Group, hash: 'sha1' | 'sha256') => {
  const key = privateKeyOf(group);
  return ({ ct, msg }: Group['tests'][number]) => decryptOaep(key, hash, hex(ct))?.equals(hex(msg)) ?? false;
};

// Our label is always empty, so a valid ciphertext with another one has to be refused.
const forUs = (test: Group['tests'][number]) => (test.label === '' ? test : { ...test, result: 'invalid' as const });

describe.each([
  ['rsa_oaep_2048_sha1_mgf1sha1', 'sha1', 36],
  ['rsa_oaep_2048_sha256_mgf1sha256', 'sha256', 37],
  ['rsa_oaep_3072_sha256_mgf1sha256', 'sha256', 37],
  ['rsa_oaep_4096_sha256_mgf1sha256', 'sha256', 37],
] as const)('RSAES-OAEP', (name, hash, count) => {
  describeVectors<Vectors>(`wycheproof/${name}_test.json`, ({ testGroups }) => {
    it('opens exactly the valid ciphertexts without a label', () => {
      expect(testGroups.flatMap(({ tests }) => tests)).toHaveLength(count);
      const wrong = testGroups.flatMap((group) => misjudged(group.tests.map(forUs), opens(group, hash)));
      expect(wrong).toEqual([]);
    });

    it('makes ciphertexts for the same keys that open again', () => {
      for (const group of testGroups) {
        const plaintext = Buffer.alloc(oaepLimit(group.keySize, hash), 7);
        const sealed = encryptOaep(createPublicKey(privateKeyOf(group)), hash, plaintext);
        expect(decryptOaep(privateKeyOf(group), hash, sealed)).toEqual(plaintext);
      }
    });
  });
});

describeVectors<Vectors>('wycheproof/rsa_oaep_misc_test.json', ({ testGroups }) => {
  const matching = testGroups.filter(({ sha, mgfSha }) => sha === mgfSha && (sha === 'SHA-1' || sha === 'SHA-256'));
  const mixed = testGroups.filter(({ sha, mgfSha }) => sha !== mgfSha && (sha === 'SHA-1' || sha === 'SHA-256'));
  const hashOf = ({ sha }: Group) => (hashName(sha) === 'sha1' ? 'sha1' : 'sha256');

  it('opens the valid ciphertexts of our two hashes, and none that has a label', () => {
    expect(matching.flatMap(({ tests }) => tests)).toHaveLength(46);
    expect(matching.flatMap((group) => misjudged(group.tests.map(forUs), opens(group, hashOf(group))))).toEqual([]);
  });

  it('opens none whose MGF1 has another hash', () => {
    const opened = mixed
      .filter(({ keySize }) => keySize <= 4096)
      .flatMap((group) => group.tests.filter(opens(group, hashOf(group))));
    expect(mixed.length).toBeGreaterThan(20);
    expect(opened).toEqual([]);
  });
});

const { privateKey, publicKey } = await rsaPair(2048);

describe.each(['sha1', 'sha256'] as const)('RSAES-OAEP with %s', (hash) => {
  const limit = oaepLimit(2048, hash);

  it('carries from 0 bytes up to its limit, and refuses one byte more with a RangeError', () => {
    for (const length of [0, 1, limit]) {
      const plaintext = Buffer.alloc(length, 1);
      expect(decryptOaep(privateKey, hash, encryptOaep(publicKey, hash, plaintext))).toEqual(plaintext);
    }
    const message = `plaintext: expected at most ${limit} bytes, got ${limit + 1}`;
    expect(() => encryptOaep(publicKey, hash, Buffer.alloc(limit + 1))).toThrow(new RangeError(message));
  });

  it('answers undefined to another key, another hash, changed bytes and other lengths', async () => {
    const sealed = encryptOaep(publicKey, hash, Buffer.from('plaintext'));
    const { privateKey: another } = await rsaPair(2048, 1);
    expect(decryptOaep(another, hash, sealed)).toBeUndefined();
    expect(decryptOaep(privateKey, hash === 'sha1' ? 'sha256' : 'sha1', sealed)).toBeUndefined();
    for (let index = 0; index < sealed.length; index += 16) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      expect(decryptOaep(privateKey, hash, changed)).toBeUndefined();
    }
    for (const length of [0, 1, 255]) expect(decryptOaep(privateKey, hash, sealed.subarray(0, length))).toBeUndefined();
    expect(decryptOaep(privateKey, hash, Buffer.concat([Buffer.of(0), sealed]))).toBeUndefined();
    expect(decryptOaep(privateKey, hash, Buffer.alloc(256, 0xff))).toBeUndefined(); // over the modulus
  });

  it('answers undefined to a ciphertext of the right number without its leading zero', () => {
    let sealed = encryptOaep(publicKey, hash, Buffer.from('x'));
    while (sealed[0] !== 0) sealed = encryptOaep(publicKey, hash, Buffer.from('x'));
    expect(decryptOaep(privateKey, hash, sealed)?.toString()).toBe('x');
    expect(decryptOaep(privateKey, hash, sealed.subarray(1))).toBeUndefined();
  });

  describeOpenSsl('and the openssl command', ({ run, file }) => {
    const pem = () => file('key.pem', Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })));
    const options = ['rsa_padding_mode:oaep', `rsa_oaep_md:${hash}`].flatMap((option) => ['-pkeyopt', option]);

    it('opens what the other made', () => {
      const sealed = file('sealed', encryptOaep(publicKey, hash, Buffer.from('ours')));
      expect(run('pkeyutl', '-decrypt', '-inkey', pem(), ...options, '-in', sealed).toString()).toBe('ours');
      const theirs = run(
        'pkeyutl',
        '-encrypt',
        '-inkey',
        pem(),
        ...options,
        '-in',
        file('plain', Buffer.from('theirs')),
      );
      expect(decryptOaep(privateKey, hash, theirs)?.toString()).toBe('theirs');
    });
  });
});

it('gives the limits which AWS documents', () => {
  expect([2048, 3072, 4096].map((bits) => oaepLimit(bits, 'sha1'))).toEqual([214, 342, 470]);
  expect([2048, 3072, 4096].map((bits) => oaepLimit(bits, 'sha256'))).toEqual([190, 318, 446]);
});
