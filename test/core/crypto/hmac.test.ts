import { describe, expect, it } from 'vitest';
import { mac, verifyMac } from '../../../core/crypto/hmac.ts';
import { describeVectors, hex, misjudged, type Wycheproof } from '../../vectors.ts';
import { describeOpenSsl } from './openssl.ts';

type Vectors = Wycheproof<{ keySize: number; tagSize: number }, { key: string; msg: string; tag: string }>;

describe.each([
  ['sha224', 224, 87],
  ['sha256', 256, 87],
  ['sha384', 384, 87],
  ['sha512', 512, 87],
] as const)('HMAC with %s', (hash, bits, full) => {
  describeVectors<Vectors>(`wycheproof/hmac_${hash}_test.json`, ({ testGroups }) => {
    const withFullTags = testGroups.filter(({ tagSize }) => tagSize === bits).flatMap(({ tests }) => tests);
    const truncated = testGroups.filter(({ tagSize }) => tagSize < bits).flatMap(({ tests }) => tests);
    const accepts = ({ key, msg, tag }: (typeof truncated)[number]) => verifyMac(hash, hex(key), hex(msg), hex(tag));

    it('verifies exactly the valid tags', () => {
      expect(withFullTags).toHaveLength(full);
      expect(misjudged(withFullTags, accepts)).toEqual([]);
    });

    it('makes the valid tags', () => {
      for (const { key, msg, tag } of withFullTags.filter(({ result }) => result === 'valid')) {
        expect(mac(hash, hex(key), hex(msg)).toString('hex')).toBe(tag);
      }
    });

    it('refuses truncated tags, right as their bytes may be', () => {
      expect(truncated.filter(({ result }) => result === 'valid')).toHaveLength(33);
      expect(truncated.filter(accepts)).toEqual([]);
    });
  });

  it('refuses a tag that is longer, empty, or of another hash', () => {
    const [key, message] = [Buffer.alloc(32, 1), Buffer.from('message')];
    const tag = mac(hash, key, message);
    expect(verifyMac(hash, key, message, tag)).toBe(true);
    expect(verifyMac(hash, key, message, Buffer.concat([tag, Buffer.of(0)]))).toBe(false);
    expect(verifyMac(hash, key, message, Buffer.alloc(0))).toBe(false);
    expect(verifyMac(hash, key, message, mac(hash === 'sha256' ? 'sha512' : 'sha256', key, message))).toBe(false);
  });
});

describeOpenSsl('HMAC, as openssl makes it', ({ run, file }) => {
  it.each(['sha224', 'sha256', 'sha384', 'sha512'] as const)('with %s', (hash) => {
    const [key, message] = [Buffer.alloc(40, 7), Buffer.from('a message')];
    const options = ['-digest', hash, '-macopt', `hexkey:${key.toString('hex')}`, '-binary'];
    expect(run('mac', ...options, '-in', file('message', message), 'HMAC')).toEqual(mac(hash, key, message));
  });
});
