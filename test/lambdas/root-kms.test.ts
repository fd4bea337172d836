import { createHmac } from 'node:crypto';
import { beforeEach, expect, it, vi } from 'vitest';
import { deriveRootKey } from '../../core/crypto/root-key.ts';
import type { CallAws } from '../../lambdas/call-aws.ts';
import { derivedRootKeys } from '../../lambdas/root-keys.ts';
import { kmsRoots } from '../../lambdas/root-kms.ts';

const arnOf = (version: number) => `arn:aws:kms:eu-west-1:111122223333:key/root-${version}`;

/** As the HMAC keys of AWS KMS do. */
const macOf = (KeyId: string, message: Uint8Array) => createHmac('sha512', `key ${KeyId}`).update(message).digest();
const generateMac: CallAws = async (_service, _operation, input) => {
  const { KeyId, Message } = input as { KeyId: string; Message: string }; // what is asked here always
  return { Mac: macOf(KeyId, Buffer.from(Message, 'base64')).toString('base64') };
};
const callAws = vi.fn<CallAws>();
beforeEach(() => void callAws.mockReset().mockImplementation(generateMac));

const rootsOf = (installation: string, versions = 1) => {
  const arns = Array.from({ length: versions }, (_, i) => arnOf(i + 1));
  return derivedRootKeys(arns, installation, kmsRoots(installation, callAws));
};

it('derives the root key from a MAC of AWS KMS over a fixed message, the same in every function', async () => {
  const [one, other] = [await rootsOf('kms').current(), await rootsOf('kms').current()];
  expect(one).toEqual(other);
  const message = Buffer.from('["serverless-kms root secret v1","kms"]'); // frozen
  expect(one).toEqual({ version: 1, key: deriveRootKey(macOf(arnOf(1), message), 'kms', 1) });
  const input = { KeyId: arnOf(1), MacAlgorithm: 'HMAC_SHA_512', Message: message.toString('base64') };
  expect(callAws).toHaveBeenCalledWith('kms', 'GenerateMac', input);
});

it('has AWS KMS make it once in the life of a function, however many ask at a time', async () => {
  const roots = rootsOf('kms');
  await Promise.all([roots.current(), roots.byVersion(1), roots.current()]);
  await roots.current();
  expect(callAws).toHaveBeenCalledOnce();
});

it('has another root for each version and each installation', async () => {
  const roots = rootsOf('kms', 2);
  const keys = [await roots.byVersion(1), await roots.current(), await rootsOf('other').current()];
  expect(new Set(keys.map(({ key }) => Buffer.from(key).toString('hex'))).size).toBe(3);
  expect((await roots.current()).version).toBe(2);
  await expect(roots.byVersion(3)).rejects.toThrow('there is no root secret of version 3');
});

it('asks again after AWS KMS refused, and takes nothing for a MAC that is none', async () => {
  const roots = rootsOf('kms');
  callAws.mockRejectedValueOnce(new Error('AccessDeniedException'));
  await expect(roots.current()).rejects.toThrow('AccessDeniedException');
  for (const answer of [{ Mac: Buffer.alloc(32).toString('base64') }, {}]) {
    callAws.mockResolvedValueOnce(answer);
    await expect(roots.current()).rejects.toThrow('without a MAC of 64 bytes');
  }
  expect((await roots.current()).version).toBe(1);
});
