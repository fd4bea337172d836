import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyOperation, type Parameters, validRequest } from '../requests.ts';
import { newService, type Service } from '../service.ts';

/**
 * Which operations work on which keys, cell by cell.
 * https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-compare.html
 */
const kinds = {
  symmetric: {},
  HMAC: { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
  'RSA for encryption': { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' },
  signing: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
  'key agreement': { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' },
  encapsulation: { KeySpec: 'ML_KEM_512', KeyUsage: 'ENCAPSULATE_DECAPSULATE' },
} as const satisfies Record<string, Parameters>;
type Kind = keyof typeof kinds;

const asymmetric: readonly Kind[] = ['RSA for encryption', 'signing', 'key agreement', 'encapsulation'];
const table: Readonly<Record<string, readonly Kind[]>> = {
  Encrypt: ['symmetric', 'RSA for encryption'],
  Decrypt: ['symmetric', 'RSA for encryption'],
  GenerateDataKey: ['symmetric'],
  GenerateDataKeyWithoutPlaintext: ['symmetric'],
  GenerateDataKeyPair: ['symmetric'],
  GenerateDataKeyPairWithoutPlaintext: ['symmetric'],
  GenerateMac: ['HMAC'],
  VerifyMac: ['HMAC'],
  Sign: ['signing'],
  Verify: ['signing'],
  DeriveSharedSecret: ['key agreement'],
  Encapsulate: ['encapsulation'],
  Decapsulate: ['encapsulation'],
  GetPublicKey: asymmetric,
  EnableKeyRotation: ['symmetric'],
  // The guide has these for symmetric keys alone, but the service takes them from all: none of the others rotates.
  DisableKeyRotation: ['symmetric', 'HMAC', ...asymmetric],
  ListKeyRotations: ['symmetric', 'HMAC', ...asymmetric],
  RotateKeyOnDemand: ['symmetric'],
};

const refusals = ['InvalidKeyUsageException', 'UnsupportedOperationException', 'IncorrectKeyException'];

let kms: Service;
const ids = new Map<string, string>();
beforeAll(async () => {
  kms = await newService();
  for (const [kind, creation] of Object.entries(kinds)) ids.set(kind, (await kms.newKey(creation)).KeyId);
});
afterAll(() => kms.close());

/** What the operation needs besides the key, so that nothing but the key can be wrong. */
const beside = async (name: string, kind: Kind): Promise<Parameters> => {
  const algorithm = kind === 'RSA for encryption' && { EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' };
  if (name === 'Encrypt') return { ...algorithm };
  if (name !== 'Decrypt' || !algorithm) return {};
  const KeyId = ids.get(kind);
  const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext: Buffer.from('p'), ...algorithm });
  return { CiphertextBlob, ...algorithm };
};

const listed = everyOperation.filter(([name]) => name in table);

it('names operations that there are', () => {
  expect(listed).toHaveLength(Object.keys(table).length);
});

describe.each(listed)('%s', (name, operation) => {
  it.each(Object.keys(kinds) as Kind[])('on a key for %s', async (kind) => {
    const { parameters, keys } = await validRequest(kms, operation);
    const works = table[name]?.includes(kind);
    // Bytes that a key is to open or to verify are its own, so there it is the key that made them.
    const isBound = works && ['Verify', 'VerifyMac', 'Decapsulate', 'Decrypt'].includes(name);
    const bound = isBound && kind !== 'RSA for encryption' ? keys.key?.KeyId : undefined;
    const KeyId = bound ?? ids.get(kind);
    const answer = await kms.call(name, { ...parameters, KeyId, ...(works && (await beside(name, kind))) });
    if (works) expect(answer).toMatchObject({ status: 200 });
    else expect([400, refusals]).toEqual([answer.status, expect.arrayContaining([answer.__type])]);
  });
});
