import { expect, it } from 'vitest';
import { kindOfRequest } from '../../../core/cost/request-kind.ts';

const standard = 'symmetric, HMAC and management';

it.each([
  ['Encrypt', ['SYMMETRIC_DEFAULT'], [], undefined, standard],
  ['GenerateMac', ['HMAC_256'], ['HMAC_SHA_256'], undefined, standard],
  ['GenerateRandom', [], [], undefined, standard],
  ['Sign', ['RSA_2048'], ['RSASSA_PSS_SHA_256'], undefined, 'RSA_2048 keys'],
  ['Sign', ['RSA_4096'], ['RSASSA_PSS_SHA_256'], undefined, 'other asymmetric keys'],
  ['Sign', [], ['RSASSA_PSS_SHA_256'], undefined, 'RSA_2048 keys'],
  ['Verify', [], ['ECDSA_SHA_256'], undefined, 'other asymmetric keys'],
  ['Sign', [], ['ML_DSA_SHAKE_256'], undefined, 'other asymmetric keys'],
  ['GetPublicKey', ['ECC_NIST_P256'], [], undefined, 'other asymmetric keys'],
  ['DescribeKey', ['ECC_NIST_P256'], [], undefined, standard],
  ['ReEncrypt', ['SYMMETRIC_DEFAULT', 'RSA_3072'], [], undefined, 'other asymmetric keys'],
  ['ReEncrypt', [], ['SYMMETRIC_DEFAULT', 'RSAES_OAEP_SHA_1'], undefined, 'RSA_2048 keys'],
  ['GenerateDataKeyPair', ['SYMMETRIC_DEFAULT'], [], 'RSA_3072', 'RSA data key pairs'],
  ['GenerateDataKeyPairWithoutPlaintext', [], [], 'ECC_NIST_P256', 'other data key pairs'],
  ['GenerateDataKeyPair', [], [], 'no such spec', standard],
  ['Encrypt', ['no such spec'], [], undefined, standard],
])(
  '%s with keys %j, algorithms %j and pair %s is charged as: %s',
  (operation, keySpecs, algorithms, keyPairSpec, kind) => {
    expect(kindOfRequest({ operation, keySpecs, algorithms, keyPairSpec })).toBe(kind);
  },
);
