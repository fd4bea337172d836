import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { isImportable } from '../../core/model/key-import.ts';
import { algorithmsOf, type KeySpec, keySpecNames, keySpecs } from '../../core/model/key-specs.ts';
import { everyAlgorithm } from '../../lambdas/every-algorithm.ts';
import { generateMaterial } from '../../lambdas/key-material.ts';
import { newKeyring } from '../../lambdas/keyring.ts';
import { storesOf } from '../../lambdas/pipeline/uses.ts';
import { openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { newRootKeys } from '../../local/root-keys.ts';
import { applySeed } from '../../local/seed/apply.ts';
import { createTables } from '../../stores/dynamo/create-tables.ts';
import { dynamoStores } from '../../stores/dynamo/stores.ts';
import { storesWithin } from '../../stores/within.ts';
import { rsaMadeBefore } from '../rsa-keys.ts';
import { accountId, newService, otherAccountId, type Service, userOf } from '../service.ts';
import { removeSeedFolders, seedOf } from './seed-folder.ts';

removeSeedFolders();

const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
const otherId = '2234abcd-12ab-34cd-56ef-1234567890ab';
const hex = (byte: number) => ({ hex: Buffer.alloc(32, byte).toString('hex') });

const services: Service[] = [];
const open = async (...overrides: Parameters<typeof newService>) => {
  const service = await newService(...overrides);
  services.push(service);
  return service;
};
afterEach(async () => {
  for (const service of services.splice(0)) await service.close();
});

/** Seeds a service: every Region of the seed is the service's own. */
const seed = ({ runtime }: Service, keys: readonly object[]) =>
  applySeed(seedOf(keys).keys, (region) => ({ runtime: { ...runtime, region }, ready: async () => {} }));

describe('a seed', () => {
  it('makes keys that the API shows as the seed says', async () => {
    const kms = await open();
    const Policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }],
    };
    const whole = {
      keyId,
      description: 'all of it',
      enabled: false,
      policy: Policy,
      tags: { b: '2', a: '1' },
      aliases: ['alias/one', 'alias/two'],
      rotationPeriodInDays: 90,
      creationDate: '2020-02-29T12:00:00Z',
    };
    const ofPartner = {
      keyId: 'mrk-1234abcd12ab34cd56ef1234567890ab',
      account: otherAccountId,
      aliases: ['alias/one'],
    };
    expect(await seed(kms, [whole, ofPartner])).toEqual({ newKeys: 2, newAliases: 3 });

    const { KeyMetadata } = await kms.call('DescribeKey', { KeyId: 'alias/one' });
    expect(KeyMetadata).toMatchObject({
      KeyId: keyId,
      AWSAccountId: accountId,
      Arn: `arn:aws:kms:us-east-1:${accountId}:key/${keyId}`,
      Description: 'all of it',
      KeyState: 'Disabled',
      CreationDate: Date.parse('2020-02-29T12:00:00Z') / 1000,
      MultiRegion: false,
      Origin: 'AWS_KMS',
    });
    const { Policy: stored } = await kms.call('GetKeyPolicy', { KeyId: keyId });
    expect(JSON.parse(stored)).toEqual(Policy);
    expect((await kms.call('ListResourceTags', { KeyId: keyId })).Tags).toEqual([
      { TagKey: 'a', TagValue: '1' },
      { TagKey: 'b', TagValue: '2' },
    ]);
    expect(await kms.call('GetKeyRotationStatus', { KeyId: keyId })).toMatchObject({ RotationPeriodInDays: 90 });
    expect((await kms.call('ListAliases', { KeyId: keyId })).Aliases).toHaveLength(2);
    kms.as(userOf(otherAccountId, 'partner'));
    expect((await kms.call('DescribeKey', { KeyId: 'alias/one' })).KeyMetadata).toMatchObject({
      KeyId: ofPartner.keyId,
      AWSAccountId: otherAccountId,
      MultiRegion: true,
    });
  });

  it('leaves keys of origin EXTERNAL without material waiting for their import, and imports what it gives', async () => {
    const kms = await open();
    const external = { origin: 'EXTERNAL' };
    await seed(kms, [
      { keyId, ...external },
      { keyId: otherId, ...external, material: hex(7), enabled: false },
    ]);
    const metadata = async (KeyId: string) => (await kms.call('DescribeKey', { KeyId })).KeyMetadata;
    expect(await metadata(keyId)).toMatchObject({ KeyState: 'PendingImport' });
    expect(await metadata(otherId)).toMatchObject({
      KeyState: 'Disabled',
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
    await kms.call('EnableKey', { KeyId: otherId });
    expect(await kms.call('Encrypt', { KeyId: otherId, Plaintext: Buffer.of(1) })).toMatchObject({ status: 200 });
  });

  it('changes nothing when it comes again, and its key goes on decrypting', async () => {
    const kms = await open();
    const keys = [
      { keyId, aliases: ['alias/app'] },
      { keyId: otherId, material: hex(1), tags: { a: 'b' }, policy: { Statement: [], Version: '2012-10-17' } },
    ];
    await seed(kms, keys);
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId: 'alias/app', Plaintext: Buffer.from('x') });
    const before = await kms.stores.keys.get(keyId);
    kms.moveClock(86_400);
    expect(await seed(kms, keys)).toEqual({ newKeys: 0, newAliases: 0 });
    expect(await kms.stores.keys.get(keyId)).toEqual(before);
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({
      Plaintext: Buffer.from('x').toString('base64'),
    });
  });

  it('grows: keys and aliases that came to it are made, others stay', async () => {
    const kms = await open();
    await seed(kms, [{ keyId }]);
    expect(await seed(kms, [{ keyId: otherId, aliases: ['alias/b'] }])).toEqual({ newKeys: 1, newAliases: 1 });
    expect(await seed(kms, [{ keyId, aliases: ['alias/a'] }])).toEqual({ newKeys: 0, newAliases: 1 });
    expect((await kms.call('ListKeys')).Keys).toHaveLength(2);
  });
});

describe.each(keySpecNames)('a seeded key %s', (keySpec) => {
  const keyUsage = Object.keys(keySpecs[keySpec].algorithms)[0] ?? '';
  const region = keySpec === 'SM2' ? 'cn-north-1' : 'us-east-1';
  /** Made once: RSA takes its time. */
  const material = isImportable(keySpec) ? generateMaterial(keySpec, randomBytes, rsaMadeBefore()) : undefined;
  const inTwoPlaces = async (key: object) => {
    const newRsa = rsaMadeBefore(); // of both, so that neither has a key of the other
    const newPlace = () => open({ region, keyring: newKeyring(newRootKeys(), randomBytes, everyAlgorithm, newRsa) });
    const places = [await newPlace(), await newPlace()] as const;
    for (const place of places) await seed(place, [{ keyId, keySpec, keyUsage, region, ...key }]);
    return places;
  };

  it.each(isImportable(keySpec) ? ['AWS_KMS', 'EXTERNAL'] : [])(
    'of origin %s is the same wherever the seed gives its material',
    async (origin) => {
      const base64 = (await material)?.toString('base64');
      const [here, there] = await inTwoPlaces({ origin, material: { base64 } });
      expect(await usedIn(here, there, keySpec, keyUsage)).toBe(true);
      const { KeyMetadata } = await there.call('DescribeKey', { KeyId: keyId });
      expect(KeyMetadata).toMatchObject({ Origin: origin, KeySpec: keySpec });
      expect(KeyMetadata.ExpirationModel).toBe(origin === 'EXTERNAL' ? 'KEY_MATERIAL_DOES_NOT_EXPIRE' : undefined);
    },
  );

  it('is made without material, works, and is another elsewhere', async () => {
    const [here, there] = await inTwoPlaces({});
    expect(await usedIn(here, here, keySpec, keyUsage)).toBe(true);
    expect(await usedIn(here, there, keySpec, keyUsage)).toBe(false);
  });
});

/** Whether what a key made in one place is good in another. */
const usedIn = async (here: Service, there: Service, KeySpec: KeySpec, usage: string): Promise<boolean> => {
  const Message = Buffer.from('from here');
  const asked = { KeyId: keyId, Message };
  // A name from the table of specs. The last of them takes messages as they are, which the first of Ed25519 does not.
  const algorithm = algorithmsOf(KeySpec, usage as 'ENCRYPT_DECRYPT').at(-1);
  if (usage === 'ENCRYPT_DECRYPT') {
    const cipher = { KeyId: keyId, EncryptionAlgorithm: algorithm };
    const { CiphertextBlob } = await here.call('Encrypt', { ...cipher, Plaintext: Message });
    return (await there.call('Decrypt', { ...cipher, CiphertextBlob })).Plaintext === Message.toString('base64');
  }
  if (usage === 'SIGN_VERIFY') {
    const { Signature } = await here.call('Sign', { ...asked, SigningAlgorithm: algorithm });
    expect(Signature).toBeDefined();
    return (await there.call('Verify', { ...asked, SigningAlgorithm: algorithm, Signature })).SignatureValid === true;
  }
  if (usage === 'GENERATE_VERIFY_MAC') {
    const { Mac } = await here.call('GenerateMac', { ...asked, MacAlgorithm: algorithm });
    return (await there.call('VerifyMac', { ...asked, MacAlgorithm: algorithm, Mac })).MacValid === true;
  }
  const encapsulation = { KeyId: keyId, EncapsulationAlgorithm: algorithm };
  const { SharedSecretCiphertextBlob, SharedSecret } = await here.call('Encapsulate', encapsulation);
  expect(SharedSecret).toBeDefined();
  const again = await there.call('Decapsulate', { ...encapsulation, SharedSecretCiphertextBlob });
  return again.SharedSecret === SharedSecret;
};

describe('a seed that differs from what is stored', () => {
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }],
  };
  const stored = {
    keyId,
    description: 'a',
    enabled: true,
    tags: { t: '1' },
    aliases: ['alias/a'],
    policy,
    rotationPeriodInDays: 90,
    creationDate: '2026-01-01T00:00:00Z',
    material: hex(1),
  };

  it.each<[change: object, difference: string]>([
    [
      { account: otherAccountId, aliases: [] },
      `account is "${accountId}" in the store, "${otherAccountId}" in the seed`,
    ],
    [
      { keySpec: 'HMAC_256', keyUsage: 'GENERATE_VERIFY_MAC', rotationPeriodInDays: undefined, material: undefined },
      'keySpec is "SYMMETRIC_DEFAULT" in the store, "HMAC_256" in the seed\nkeyUsage is "ENCRYPT_DECRYPT" in the store, "GENERATE_VERIFY_MAC" in the seed',
    ],
    [
      { origin: 'EXTERNAL', rotationPeriodInDays: undefined },
      'origin is "AWS_KMS" in the store, "EXTERNAL" in the seed',
    ],
    [{ description: 'b' }, 'description is "a" in the store, "b" in the seed'],
    [{ description: '' }, 'description is "a" in the store, "" in the seed'],
    [{ description: 'x'.repeat(100) }, `description is "a" in the store, "${'x'.repeat(59)}… in the seed`],
    [{ enabled: false }, 'enabled is true in the store, false in the seed'],
    [{ tags: { t: '2' } }, 'tag t is "1" in the store, "2" in the seed'],
    [{ tags: { u: '2' } }, 'tag u is none in the store, "2" in the seed'],
    [{ policy: { ...policy, Id: 'x' } }, 'policy is another one in the store'],
    [{ rotationPeriodInDays: 91 }, 'rotationPeriodInDays is 90 in the store, 91 in the seed'],
    [
      { creationDate: '2026-01-02T00:00:00Z' },
      'creationDate is "2026-01-01T00:00:00.000Z" in the store, "2026-01-02T00:00:00.000Z" in the seed',
    ],
    [{ material: hex(2) }, 'material is another one in the store'],
  ])('by %j is refused in words, and writes nothing', async (change, difference) => {
    const kms = await open();
    await seed(kms, [stored]);
    const before = await kms.stores.keys.get(keyId);
    const lines = difference.split('\n').map((line) => `key ${keyId}: ${line}`);
    const attempt = seed(kms, [
      { keyId: otherId, aliases: ['alias/new'] },
      { ...stored, ...change },
    ]);
    await expect(attempt).rejects.toMatchObject({ name: 'SeedError', message: lines.join('\n') });
    expect(await kms.stores.keys.get(keyId)).toEqual(before);
    expect((await kms.call('ListKeys')).Keys).toHaveLength(1);
    expect((await kms.call('ListAliases', { KeyId: keyId })).Aliases).toHaveLength(1);
  });

  it.each<[call: Parameters<Service['call']>[0], parameters: object, difference: string]>([
    ['UpdateKeyDescription', { Description: 'b' }, 'description is "b" in the store, "a" in the seed'],
    ['DisableKey', {}, 'enabled is false in the store, true in the seed'],
    ['UntagResource', { TagKeys: ['t'] }, 'tag t is none in the store, "1" in the seed'],
    ['DisableKeyRotation', {}, 'rotationPeriodInDays is none in the store, 90 in the seed'],
    [
      'ScheduleKeyDeletion',
      { PendingWindowInDays: 7 },
      'is scheduled for deletion in the store, on "2026-11-28T12:00:00.000Z"',
    ],
  ])('since somebody called %s is refused', async (operation, parameters, difference) => {
    const kms = await open();
    await seed(kms, [stored]);
    expect(await kms.call(operation, { KeyId: keyId, ...parameters })).toMatchObject({ status: 200 });
    await expect(seed(kms, [stored])).rejects.toThrow(`key ${keyId}: ${difference}`);
  });

  it('since a key was deleted, or its imported material, is refused', async () => {
    const kms = await open();
    const imported = { keyId: otherId, origin: 'EXTERNAL', material: hex(1) };
    await seed(kms, [{ keyId }, imported]);
    await kms.call('ScheduleKeyDeletion', { KeyId: keyId, PendingWindowInDays: 7 });
    await kms.call('DeleteImportedKeyMaterial', { KeyId: otherId });
    kms.moveClock(7 * 86_400);
    await expect(seed(kms, [{ keyId }, imported])).rejects.toThrow(
      `key ${keyId}: was deleted in the store, on "2026-11-28T12:00:00.000Z"\nkey ${otherId}: material was deleted in the store, or has expired`,
    );
  });

  it('since an alias was moved to another key is refused, and so is a taken alias', async () => {
    const kms = await open();
    const keys = [{ keyId, aliases: ['alias/a'] }, { keyId: otherId }];
    await seed(kms, keys);
    await kms.call('UpdateAlias', { AliasName: 'alias/a', TargetKeyId: otherId });
    const difference = `alias/a: points to key ${otherId} in the store, to key ${keyId} in the seed`;
    await expect(seed(kms, keys)).rejects.toThrow(difference);
    const { KeyId } = await kms.newKey();
    await kms.call('CreateAlias', { AliasName: 'alias/b', TargetKeyId: KeyId });
    const taking = [{ keyId: '3234abcd-12ab-34cd-56ef-1234567890ab', aliases: ['alias/b'] }];
    await expect(seed(kms, taking)).rejects.toThrow(`alias/b: points to key ${KeyId} in the store`);
    expect((await kms.call('ListKeys')).Keys).toHaveLength(3);
  });
});

describe('what a seed leaves open', () => {
  it('may be changed: description, state, policy, rotation and material of a key that it only names', async () => {
    const kms = await open();
    const keys = [{ keyId, tags: { a: '1' }, aliases: ['alias/a'] }];
    await seed(kms, keys);
    for (const [operation, parameters] of [
      ['UpdateKeyDescription', { Description: 'b' }],
      ['TagResource', { Tags: [{ TagKey: 'b', TagValue: '2' }] }],
      ['EnableKeyRotation', {}],
      ['RotateKeyOnDemand', {}],
      ['CreateAlias', { KeyId: undefined, AliasName: 'alias/b', TargetKeyId: keyId }],
      ['PutKeyPolicy', { Policy: '{"Version":"2012-10-17","Statement":[]}', BypassPolicyLockoutSafetyCheck: true }],
    ] as const) {
      expect(await kms.call(operation, { KeyId: keyId, ...parameters }), operation).toMatchObject({ status: 200 });
    }
    expect(await seed(kms, keys)).toEqual({ newKeys: 0, newAliases: 0 });
  });

  it('may come later: an import, and a rotation of given material', async () => {
    const kms = await open();
    const keys = [{ keyId, material: hex(3) }];
    await seed(kms, keys);
    await kms.call('RotateKeyOnDemand', { KeyId: keyId });
    expect(await seed(kms, keys)).toEqual({ newKeys: 0, newAliases: 0 });
  });

  it('does not hold for an alias of the seed that was deleted: it is made again', async () => {
    const kms = await open();
    const keys = [{ keyId, aliases: ['alias/a'] }];
    await seed(kms, keys);
    await kms.call('DeleteAlias', { AliasName: 'alias/a' });
    expect(await seed(kms, keys)).toEqual({ newKeys: 0, newAliases: 1 });
    expect(await kms.call('DescribeKey', { KeyId: 'alias/a' })).toMatchObject({ status: 200 });
  });

  it('does not hold for a policy that only reads differently', async () => {
    const kms = await open();
    await seed(kms, [{ keyId, policy: { Version: '2012-10-17', Statement: [] } }]);
    const same = [{ keyId, policy: { Statement: [], Version: '2012-10-17' } }];
    expect(await seed(kms, same)).toEqual({ newKeys: 0, newAliases: 0 });
  });

  it('takes over an alias whose key is gone by the clock', async () => {
    const kms = await open();
    await seed(kms, [{ keyId: otherId, aliases: ['alias/a'] }]);
    await kms.call('ScheduleKeyDeletion', { KeyId: otherId, PendingWindowInDays: 7 });
    kms.moveClock(7 * 86_400);
    expect(await seed(kms, [{ keyId, aliases: ['alias/a'] }])).toEqual({ newKeys: 1, newAliases: 1 });
    expect((await kms.call('DescribeKey', { KeyId: 'alias/a' })).KeyMetadata.KeyId).toBe(keyId);
  });
});

describe('a start that ends before all of the seed is written', () => {
  /** A service whose database takes so many more writes, and then no other until it is mended. */
  const openFailing = async (writes: number) => {
    const embedded = await openEmbeddedDynamoDb();
    await createTables(embedded.tables, (table) => table);
    let left = writes;
    const put: typeof embedded.documents.put = async (input) => {
      left -= 1;
      if (left < 0) throw new Error('the power is gone');
      return embedded.documents.put(input);
    };
    const stores = dynamoStores({ ...embedded.documents, put }, (table) => table);
    const service = await open({ storesFor: (uses) => storesWithin(stores, storesOf(uses)) });
    return { ...service, mend: () => (left = Infinity), end: () => embedded.close() };
  };

  const keys = [
    { keyId, material: hex(1), aliases: ['alias/a', 'alias/b'] },
    { keyId: otherId, origin: 'EXTERNAL', material: hex(2), aliases: ['alias/c'] },
  ];

  it.each([0, 1, 2, 3, 4, 5, 6])('after %i writes is finished by the next, and the keys work', async (writes) => {
    const kms = await openFailing(writes);
    await expect(seed(kms, keys)).rejects.toThrow('the power is gone');
    kms.mend();
    expect(await seed(kms, keys)).not.toEqual({ newKeys: 0, newAliases: 0 });
    for (const KeyId of ['alias/a', 'alias/b', 'alias/c']) {
      const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext: Buffer.from('x') });
      expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
    }
    expect(await seed(kms, keys)).toEqual({ newKeys: 0, newAliases: 0 });
    await kms.end();
  });

  it('leaves nothing that binds the next to the account or spec of a key that was never finished', async () => {
    const kms = await openFailing(1);
    const key = { keyId, material: hex(1) };
    await expect(seed(kms, [key])).rejects.toThrow('the power is gone');
    kms.mend();
    await seed(kms, [{ ...key, account: otherAccountId, keySpec: 'HMAC_256', keyUsage: 'GENERATE_VERIFY_MAC' }]);
    kms.as(userOf(otherAccountId, 'partner'));
    const asked = { KeyId: keyId, Message: Buffer.of(1), MacAlgorithm: 'HMAC_SHA_256' };
    expect(await kms.call('GenerateMac', asked)).toMatchObject({ status: 200 });
    await kms.end();
  });
});
