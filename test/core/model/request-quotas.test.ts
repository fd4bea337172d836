import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keySpecs } from '../../../core/model/key-specs.ts';
import { awsRequestQuotas, type CountedRequest, chargesOf } from '../../../core/model/request-quotas.ts';
import { everyOperation } from '../../requests.ts';

const symmetric = 'Cryptographic operations (symmetric)';

const countedInto = (request: Omit<CountedRequest, 'region'>) =>
  chargesOf({ ...request, region: 'us-east-1' }).map(({ quota }) => quota);

describe('what a request counts into', () => {
  it.each([
    ['Encrypt', ['SYMMETRIC_DEFAULT'], [symmetric]],
    ['GenerateRandom', [], [symmetric]],
    ['GenerateMac', ['HMAC_SHA_512'], [symmetric]],
    ['Decrypt', ['RSAES_OAEP_SHA_256'], ['Cryptographic operations (RSA)']],
    ['Sign', ['RSASSA_PSS_SHA_256'], ['Cryptographic operations (RSA)']],
    ['Sign', ['ECDSA_SHA_256'], ['Cryptographic operations (ECC)']],
    ['Verify', ['ED25519_SHA_512'], ['Cryptographic operations (ECC)']],
    ['Encrypt', ['SM2PKE'], ['Cryptographic operations (ECC)']],
    ['DeriveSharedSecret', ['ECDH'], ['Cryptographic operations (ECC)']],
    ['Sign', ['ML_DSA_SHAKE_256'], ['Cryptographic operations (ML_DSA)']],
    ['Decapsulate', ['ML_KEM'], ['Cryptographic operations (ML_KEM)']],
    ['ReEncrypt', ['SYMMETRIC_DEFAULT', 'SYMMETRIC_DEFAULT'], [symmetric]],
    ['ReEncrypt', ['SYMMETRIC_DEFAULT', 'RSAES_OAEP_SHA_1'], [symmetric, 'Cryptographic operations (RSA)']],
    ['Sign', ['nothing'], []],
    ['CreateKey', [], ['CreateKey']],
    ['DescribeKey', [], ['DescribeKey']],
  ])('%s by %j counts into %j', (operation, algorithms, expected) => {
    expect(countedInto({ operation, algorithms })).toEqual(expected);
  });

  it.each(['GenerateDataKeyPair', 'GenerateDataKeyPairWithoutPlaintext'])(
    '%s shares a quota by the pair',
    (operation) => {
      const into = (keyPairSpec: string | undefined) =>
        countedInto({ operation, algorithms: ['SYMMETRIC_DEFAULT'], keyPairSpec });
      expect(into('RSA_3072')).toEqual(['GenerateDataKeyPair (RSA_3072)']);
      expect(into('other')).toEqual([]);
      expect(into(undefined)).toEqual([]);
    },
  );

  it('is known of every algorithm there is', () => {
    const algorithms = Object.values(keySpecs).flatMap((spec) => Object.values(spec.algorithms).flat());
    for (const name of algorithms) {
      expect(countedInto({ operation: 'Sign', algorithms: [name] }), name).toHaveLength(1);
    }
  });

  it.each(everyOperation)('%s has a quota', (operation) => {
    const [quota = ''] = countedInto({ operation, algorithms: [], keyPairSpec: 'RSA_2048' });
    expect(awsRequestQuotas('us-east-1')[quota]).toBeGreaterThan(0);
  });
});

describe('the quotas of AWS', () => {
  it.each([
    ['us-east-1', 100_000],
    ['eu-central-1', 20_000],
    ['sa-east-1', 10_000],
    ['cn-north-1', 10_000],
  ])('%s has %i symmetric requests a second', (region, most) => {
    expect(awsRequestQuotas(region)[symmetric]).toBe(most);
  });

  it('are smaller for RSA pairs in China', () => {
    const rsa = (region: string) =>
      ['RSA_2048', 'RSA_3072', 'RSA_4096'].map((spec) => awsRequestQuotas(region)[`GenerateDataKeyPair (${spec})`]);
    expect(rsa('us-east-1')).toEqual([20, 4, 1]);
    expect(rsa('cn-northwest-1')).toEqual([1, 0.5, 0.1]);
  });

  it('are those of docs/quotas.md, each by its name', () => {
    const page = readFileSync(new URL('../../../docs/quotas.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| ([\d,]+) \| (`.*) \|$/gm)].flatMap(([, most = '', names = '']) =>
      [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => [name, Number(most.replace(',', ''))]),
    );
    expect(Object.fromEntries(rows)).toEqual(awsRequestQuotas('sa-east-1'));
  });
});
