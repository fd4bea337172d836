import { randomBytes } from 'node:crypto';
import { send } from './send.ts';
import { type Signer, signAll } from './signed-requests.ts';

/** Operations by name; Sign is given the message, and SignDigest, the same operation, its digest: two ways to sign. */
export const workloadNames = [
  'Encrypt',
  'Decrypt',
  'GenerateDataKey',
  'Sign',
  'SignDigest',
  'Verify',
  'GenerateMac',
  'DescribeKey',
  'CreateKey',
] as const;
export type WorkloadName = (typeof workloadNames)[number];

export interface Workload {
  readonly operation: string;
  /** The input of one call; messages are new in each. */
  input(i: number): object;
}

/** Distinct ciphertexts that Decrypt goes round in. */
const ciphertexts = 100;

/** 32 bytes, as long as an AES-256 key or a SHA-256 digest: what KMS is mostly asked about. */
const message = () => randomBytes(32).toString('base64');

/** Calls outside any measurement. */
export const callerOf = (endpoint: string, signer: Signer) => {
  const call = async (operation: string, input: object) => {
    const [request] = signAll(operation, [input], endpoint, signer);
    if (request === undefined) throw new Error('one input makes one request');
    return JSON.parse((await send(endpoint, request)).body) as Readonly<Record<string, unknown>>; // 200 is always an object
  };
  const newKey = async (input: object) => {
    const { KeyMetadata } = await call('CreateKey', { Description: 'made by the bench', ...input });
    return (KeyMetadata as { KeyId: string }).KeyId; // a required member of the answer
  };
  return { call, newKey };
};

/** Makes the keys that the calls use, ciphertexts to decrypt and a signature to verify. */
export const prepareWorkloads = async (endpoint: string, signer: Signer) => {
  const { call, newKey } = callerOf(endpoint, signer);
  const KeyId = await newKey({});
  const signingKeyId = await newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
  const macKeyId = await newKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
  const blobs: unknown[] = [];
  while (blobs.length < ciphertexts)
    blobs.push((await call('Encrypt', { KeyId, Plaintext: message() })).CiphertextBlob);

  const signing = { KeyId: signingKeyId, SigningAlgorithm: 'ECDSA_SHA_256' };
  const sign = (MessageType: 'RAW' | 'DIGEST') => ({
    operation: 'Sign',
    input: () => ({ ...signing, Message: message(), MessageType }),
  });
  const signed = { ...signing, Message: message() };
  const { Signature } = await call('Sign', signed);
  const workloads: Record<WorkloadName, Workload> = {
    Encrypt: { operation: 'Encrypt', input: () => ({ KeyId, Plaintext: message() }) },
    Decrypt: { operation: 'Decrypt', input: (i) => ({ KeyId, CiphertextBlob: blobs[i % ciphertexts] }) },
    GenerateDataKey: { operation: 'GenerateDataKey', input: () => ({ KeyId, KeySpec: 'AES_256' }) },
    Sign: sign('RAW'),
    SignDigest: sign('DIGEST'),
    Verify: { operation: 'Verify', input: () => ({ ...signed, Signature }) },
    GenerateMac: {
      operation: 'GenerateMac',
      input: () => ({ KeyId: macKeyId, Message: message(), MacAlgorithm: 'HMAC_SHA_256' }),
    },
    DescribeKey: { operation: 'DescribeKey', input: () => ({ KeyId }) },
    CreateKey: { operation: 'CreateKey', input: () => ({ Description: 'made by the bench' }) },
  };
  return {
    workloads,
    /** For endpoints that outlive the run. The keys that CreateKey made under load stay. */
    async discard() {
      for (const key of [KeyId, signingKeyId, macKeyId])
        await call('ScheduleKeyDeletion', { KeyId: key, PendingWindowInDays: 7 });
    },
  };
};
