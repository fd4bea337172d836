import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorStatuses } from '../../core/model/errors.ts';
import { operations } from '../../lambdas/operations/index.ts';
import { removeFolders } from './folders.ts';
import { bodies, type Pool } from './garbage.ts';
import { type InProcess, startInProcess } from './service-in-process.ts';

const keys = [
  {},
  {},
  { Origin: 'EXTERNAL' },
  { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' },
  { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' },
  { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
  { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
];

describe('garbage at every operation', () => {
  let kms: InProcess;
  let pool: Pool;
  let answers = 0;
  let successes = 0;

  beforeAll(async () => {
    kms = await startInProcess();
    const names = ['alias/none', 'arn:aws:kms:us-east-1:444455556666:key/00000000-0000-4000-8000-000000000000'];
    const blobs: string[] = [];
    for (const [index, input] of keys.entries()) {
      const { KeyId, Arn } = (await kms.calls.call('CreateKey', input)).members.KeyMetadata;
      await kms.calls.call('CreateAlias', { AliasName: `alias/garbage-${index}`, TargetKeyId: KeyId });
      names.push(KeyId, Arn, `alias/garbage-${index}`);
      const Message = Buffer.from('message').toString('base64');
      for (const [operation, more] of [
        ['Encrypt', { Plaintext: Message }],
        ['Encrypt', { Plaintext: Message, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' }],
        ['Sign', { Message, SigningAlgorithm: 'ECDSA_SHA_256' }],
        ['GenerateMac', { Message, MacAlgorithm: 'HMAC_SHA_256' }],
      ] as const) {
        const { members } = await kms.calls.call(operation, { KeyId, ...more });
        const blob = members.CiphertextBlob ?? members.Signature ?? members.Mac;
        if (blob !== undefined) blobs.push(blob);
      }
    }
    expect(blobs).toHaveLength(5);
    pool = { names, blobs };
  }, 20_000);
  afterAll(async () => {
    console.log(`garbage: ${answers} answers, ${successes} of them 200`);
    await kms?.close();
    await removeFolders();
  });

  it.each(operations.map((operation) => [operation.name, operation] as const))(
    '%s answers 200 or an error of ours below 500, and logs no error',
    async (name, operation) => {
      await fc.assert(
        fc.asyncProperty(bodies(operation, pool), async (body) => {
          const { status, members } = await kms.calls.send({ operation: name, body });
          answers += 1;
          if (status === 200) {
            successes += 1;
          } else {
            expect(status).toBeGreaterThanOrEqual(400);
            expect(status).toBeLessThan(500);
            expect(Object.keys(errorStatuses)).toContain(members.__type);
          }
          expect(kms.errors()).toEqual([]);
        }),
        { numRuns: 3000, interruptAfterTimeLimit: 20_000 },
      );
    },
    30_000,
  );

  it('got somewhere with some of it, so that more than the front door was tried', () => {
    expect(successes).toBeGreaterThan(answers / 10);
  });
});
