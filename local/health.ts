import { keyArn } from '../core/model/arn.ts';
import type { KeyRecord } from '../core/model/key-record.ts';
import { newKeyRecord } from '../core/model/new-key-record.ts';
import type { Region } from './regions.ts';

/** A key of the service's own, in an account that no principal can be of. */
export const healthKey = { AccountId: '000000000000', KeyId: '00000000-0000-4000-8000-000000000000' } as const;

/**
 * Encrypts and decrypts through the store, the root key and the keyring.
 * @throws {Error} when a part of it does not work
 */
export const checkDeeply = async ({ runtime, ready }: Region): Promise<void> => {
  await ready();
  const { keys } = runtime.storesFor({ keys: ['get', 'material', 'create'] });
  if (keys === undefined) throw new Error('there is no store of keys');
  const record = (await keys.get(healthKey.KeyId)) ?? (await makeHealthKey(runtime, keys));
  const Arn = keyArn({ region: runtime.region, accountId: record.AccountId }, record.KeyId);
  const key = runtime.keyring.use({ Arn, record, state: 'Enabled' }, keys);
  const plaintext = runtime.random(32);
  const { CiphertextBlob } = await key.encrypt(plaintext, 'SYMMETRIC_DEFAULT', undefined);
  const { Plaintext } = await key.decrypt(CiphertextBlob, 'SYMMETRIC_DEFAULT', undefined);
  if (!Plaintext.equals(plaintext)) throw new Error('what was encrypted came back as something else');
};

type Keys = NonNullable<ReturnType<Region['runtime']['storesFor']>['keys']>;

const makeHealthKey = async ({ keyring, clock }: Region['runtime'], keys: Keys): Promise<KeyRecord> => {
  const material = await keyring.newMaterial({ ...healthKey, KeySpec: 'SYMMETRIC_DEFAULT' });
  const record = newKeyRecord(
    {
      ...healthKey,
      CreationDate: clock(),
      Description: 'Used by /health?deep=1',
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyUsage: 'ENCRYPT_DECRYPT',
      Origin: 'AWS_KMS',
      MultiRegion: false,
      Policy: '{"Version":"2012-10-17","Statement":[]}',
      Tags: [],
    },
    material.KeyMaterialId,
  );
  await keys.create(record, material);
  return record;
};
