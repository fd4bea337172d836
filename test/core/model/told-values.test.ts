import { expect, it } from 'vitest';
import { encryptionAlgorithms, keySpecNames, macAlgorithms } from '../../../core/model/key-specs.ts';
import { messageTypes, signingAlgorithms } from '../../../core/model/signing.ts';

/** Refusals name all values of an enum, in AWS's order: as it was seen in its answers, ML-KEM being newer than they are. */
it.each([
  ['encryption algorithms', encryptionAlgorithms, 'RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256, SM2PKE, SYMMETRIC_DEFAULT'],
  ['MAC algorithms', macAlgorithms, 'HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512'],
  ['message types', messageTypes, 'RAW, DIGEST, EXTERNAL_MU'],
  [
    'signing algorithms',
    signingAlgorithms,
    'RSASSA_PSS_SHA_256, RSASSA_PSS_SHA_384, RSASSA_PSS_SHA_512, RSASSA_PKCS1_V1_5_SHA_256, RSASSA_PKCS1_V1_5_SHA_384, RSASSA_PKCS1_V1_5_SHA_512, ECDSA_SHA_256, ECDSA_SHA_384, ECDSA_SHA_512, ED25519_SHA_512, ED25519_PH_SHA_512, SM2DSA, ML_DSA_SHAKE_256',
  ],
  [
    'key specs',
    keySpecNames.filter((name) => !name.startsWith('ML_KEM')),
    'RSA_2048, RSA_3072, RSA_4096, ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521, ECC_SECG_P256K1, ECC_NIST_EDWARDS25519, SYMMETRIC_DEFAULT, HMAC_224, HMAC_256, HMAC_384, HMAC_512, SM2, ML_DSA_44, ML_DSA_65, ML_DSA_87',
  ],
] as const)('tells %s in the order of AWS', (_, values, told) => {
  expect(values.join(', ')).toBe(told);
});
