import { wipe } from '../core/crypto/bytes.ts';
import type { VersionedRoot } from '../core/crypto/key-wrap.ts';
import { deriveRootKey } from '../core/crypto/root-key.ts';
import type { Algorithms } from './algorithms.ts';
import { variables } from './environment.ts';
import { newKeyring, type RootKeys } from './keyring.ts';
import { kmsRoots } from './root-kms.ts';
import { secretsManagerRoots } from './root-secret.ts';
import type { NewKeyring } from './runtime.ts';

/** Gets the secret from which a root key is derived: 32 bytes or more, which whoever asked wipes. */
export type ReadRootSecret = (arn: string) => Promise<Buffer>;

/** The keyring on AWS. Each root is a secret of Secrets Manager or a key of AWS KMS, as its ARN says. */
export const awsKeyring =
  (algorithms: Algorithms): NewKeyring =>
  (read, random, callAws) => {
    const installationId = read(variables.installationId);
    const [secret, mac] = [secretsManagerRoots(callAws), kmsRoots(installationId, callAws)];
    const readRoot: ReadRootSecret = (arn) => (/^arn:[^:]+:kms:/.test(arn) ? mac(arn) : secret(arn));
    const arns = read(variables.rootArns).split(',');
    const inForce = Number(read(variables.rootInForce, String(arns.length)));
    return newKeyring(derivedRootKeys(arns, installationId, readRoot, inForce), random, algorithms);
  };

/**
 * Root keys derived from secrets, one for each version, which never change: what was derived stays.
 *
 * @param arns of version 1, 2 and so on, empty for one that is not needed any more
 * @param inForce the version under which new material is wrapped
 */
export const derivedRootKeys = (
  arns: readonly string[],
  installationId: string,
  readSecret: ReadRootSecret,
  inForce = arns.length,
): RootKeys => {
  const derived = new Map<number, Promise<VersionedRoot>>();

  const derive = async (version: number): Promise<VersionedRoot> => {
    const arn = arns[version - 1];
    if (!arn) throw new Error(`there is no root secret of version ${version}`);
    const secret = await readSecret(arn);
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

  const known = arns.flatMap((arn, index) => (arn === '' ? [] : [index + 1]));
  return { known, inForce, byVersion, current: () => byVersion(inForce) };
};
