import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { wipe } from '../../core/crypto/bytes.ts';
import { awsClient } from '../aws-client.ts';

/** A new key for signing digests: RSA with 2048 bits, as CloudTrail's. */
export const newSigningKey = async (): Promise<KeyObject> =>
  (await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })).privateKey;

/** The only version there ever is: Secrets Manager refuses another value under its name, so that two makers cannot differ. */
const onlyVersion = '00000000-0000-4000-8000-000000000001';

/** The key of the installation, in a secret, as PKCS #8 in DER. It is made when it is first wanted. */
export const secretSigningKey = (SecretId: string): (() => Promise<KeyObject>) => {
  const client = new SecretsManagerClient(awsClient);
  let opened: KeyObject | undefined;

  const stored = async (): Promise<KeyObject | undefined> => {
    try {
      const { SecretBinary } = await client.send(new GetSecretValueCommand({ SecretId, VersionId: onlyVersion }));
      if (SecretBinary === undefined) throw new Error('the secret of the signing key holds text, which is no key');
      const key = Buffer.from(SecretBinary);
      try {
        return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
      } finally {
        wipe(key);
        wipe(SecretBinary);
      }
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined; // it has no value yet
      throw error;
    }
  };

  const make = async (): Promise<void> => {
    const SecretBinary = (await newSigningKey()).export({ format: 'der', type: 'pkcs8' });
    try {
      await client.send(new PutSecretValueCommand({ SecretId, SecretBinary, ClientRequestToken: onlyVersion }));
    } catch (error) {
      if (!(error instanceof ResourceExistsException)) throw error; // somebody else was first
    } finally {
      wipe(SecretBinary);
    }
  };

  return async () => {
    opened ??= await stored();
    if (opened === undefined) {
      await make();
      opened = await stored();
    }
    if (opened === undefined) throw new Error('the signing key was made, and cannot be found');
    return opened;
  };
};
