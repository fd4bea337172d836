import { randomBytes } from 'node:crypto';
import { deriveRootKey } from '../core/crypto/root-key.ts';
import { everyAlgorithm } from '../lambdas/every-algorithm.ts';
import { newKeyring, type RootKeys } from '../lambdas/keyring.ts';
import type { Keyring } from '../lambdas/pipeline/ports.ts';
import { rsaMadeBefore } from './rsa-keys.ts';

/**
 * A keyring for `newService` whose root keys come and go. With each change it is a new one, as functions of a deployment
 * are: nothing is in hand that has to be opened first.
 */
export const newRotatingRoots = () => {
  const secret = randomBytes(32);
  const newRsa = rsaMadeBefore();
  const keyringOf = (known: readonly number[], inForce: number): Keyring => {
    const byVersion: RootKeys['byVersion'] = async (version) => {
      if (!known.includes(version)) throw new Error(`there is no root secret of version ${version}`);
      return { version, key: deriveRootKey(secret, 'test', version) };
    };
    const roots: RootKeys = { known, inForce, byVersion, current: () => byVersion(inForce) };
    return newKeyring(roots, randomBytes, everyAlgorithm, newRsa);
  };
  let keyring = keyringOf([1], 1);
  return {
    keyring: new Proxy({} as Keyring, { get: (_, name) => Reflect.get(keyring, name) }), // whichever it is now
    use(known: readonly number[], inForce: number) {
      keyring = keyringOf(known, inForce);
    },
  };
};
