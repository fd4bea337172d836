import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { wipe } from '../core/crypto/bytes.ts';
import type { VersionedRoot } from '../core/crypto/key-wrap.ts';
import { deriveRootKey } from '../core/crypto/root-key.ts';
import { awsClient } from './aws-client.ts';
import { variables } from './environment.ts';
import { newKeyring, type RootKeys } from './keyring.ts';
import type { NewKeyring } from './runtime.ts';

/** The keyring on AWS: root keys from Secrets Manager. */
export const secretKeyring: NewKeyring = (read, random) =>
  newKeyring(secretRootKeys(read(variables.rootSecretArns).split(','), read(variables.installationId)), random);

/**
 * Root keys derived from secrets in Secrets Manager, one for each version, which never change: what was derived stays.
 *
 * @param secretIds of version 1, 2 and so on; the last is the current one
 */
export const secretRootKeys = (secretIds: readonly string[], installationId: string): RootKeys => {
  const client = new SecretsManagerClient(awsClient);
  const derived = new Map<number, Promise<VersionedRoot>>();

  const derive = async (version: number): Promise<VersionedRoot> => {
    const SecretId = secretIds[version - 1];
    if (SecretId === undefined) throw new Error(`there is no root secret of version ${version}`);
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
    const secret = Buffer.from(SecretString); // Secrets Manager generates text; it cannot be wiped, this copy can
    try {
      return { version, key: deriveRootKey(secret, installationId, version) };
    } finally {
      wipe(secret);
    }
  };

  const byVersion = (version: number): Promise<VersionedRoot> => {
    const known = derived.get(version);
    if (known !== undefined) return known;
    const root = derive(version);
    derived.set(version, root); // at once, so that calls side by side share one request
    root.catch(() => derived.delete(version)); // and the next call tries again
    return root;
  };

  return { byVersion, current: () => byVersion(secretIds.length) };
};
