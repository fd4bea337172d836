import type { CallAws } from './call-aws.ts';
import type { ReadRootSecret } from './root-keys.ts';

/** Frozen: by it, a MAC that the key made for anything else is no root secret. */
const purpose = 'serverless-kms root secret v1';

/**
 * Root secrets that AWS KMS makes anew each time, by the ARNs of its HMAC keys: the MAC of a message that is always the
 * same, so nothing has to be kept, and the key never leaves AWS KMS (docs/decisions/0013).
 */
export const kmsRoots = (installationId: string, callAws: CallAws): ReadRootSecret => {
  const Message = Buffer.from(JSON.stringify([purpose, installationId])).toString('base64');
  return async (KeyId) => {
    const { Mac } = await callAws('kms', 'GenerateMac', { KeyId, MacAlgorithm: 'HMAC_SHA_512', Message });
    const secret = Buffer.from(String(Mac ?? ''), 'base64'); // the text cannot be wiped, this copy can
    if (secret.length !== 64) throw new Error('AWS KMS answered without a MAC of 64 bytes');
    return secret;
  };
};
