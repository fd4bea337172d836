import type { CallAws } from './call-aws.ts';
import type { ReadRootSecret } from './root-keys.ts';

/** Root secrets that Secrets Manager made and keeps, by their ARNs. */
export const secretsManagerRoots =
  (callAws: CallAws): ReadRootSecret =>
  async (SecretId) => {
    const { SecretString } = await callAws('secretsmanager', 'GetSecretValue', { SecretId });
    return Buffer.from(String(SecretString ?? '')); // Secrets Manager generates text; it cannot be wiped, this copy can
  };
