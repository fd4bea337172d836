import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MaterialVersion } from '../../core/model/key-materials.ts';
import { type KeyState, keyStates } from '../../core/model/key-record.ts';
import { acceptedBy, everyOperation, putInState, replicaRegion, validRequest } from '../requests.ts';
import { newService, type Service } from '../service.ts';

/**
 * The key state table of the guide: Y works, a number is the footnote that says how it fails. Its columns Pending deletion
 * and Pending replica deletion are one. Left out: Unavailable, which only keys in custom key stores can be. Where the guide
 * says that it depends on the kind of key (footnotes 7 and 9), the row is of a key of the kind that the operation is for;
 * where it names two footnotes for one cell, of the one that is seen in answers. Of keys that wait for material the service
 * was seen to show the rotation status, which the table has refused, and not the public key, which it has shown.
 * GetKeyLastUsage, Encapsulate and Decapsulate are newer than the table: inferred.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
 */
const guide: Readonly<Record<string, string>> = {
  //                         Enabled Disabled PendingDeletion PendingImport Creating Updating
  CancelKeyDeletion: '4 4 Y 4 4 4',
  CreateAlias: 'Y Y 3 Y Y Y',
  CreateGrant: 'Y 1 3 5 14 Y',
  Decapsulate: 'Y 1 3 5 14 Y',
  Decrypt: 'Y 1 3 5 14 Y',
  DeleteAlias: 'Y Y Y Y Y Y',
  DeleteImportedKeyMaterial: 'Y Y Y Y 14 15',
  DeriveSharedSecret: 'Y 1 3 5 14 Y',
  DescribeKey: 'Y Y Y Y Y Y',
  DisableKey: 'Y Y 3 5 14 15',
  DisableKeyRotation: 'Y 1 3 6 14 Y',
  EnableKey: 'Y Y 3 5 14 15',
  EnableKeyRotation: 'Y 1 3 6 14 Y',
  Encapsulate: 'Y 1 3 5 14 Y',
  Encrypt: 'Y 1 3 5 14 Y',
  GenerateDataKey: 'Y 1 3 5 14 Y',
  GenerateDataKeyPair: 'Y 1 3 5 14 Y',
  GenerateDataKeyPairWithoutPlaintext: 'Y 1 3 5 14 Y',
  GenerateDataKeyWithoutPlaintext: 'Y 1 3 5 14 Y',
  GenerateMac: 'Y 1 3 5 14 Y',
  GetKeyLastUsage: 'Y Y Y Y Y Y',
  GetKeyPolicy: 'Y Y Y Y Y Y',
  GetKeyRotationStatus: 'Y Y Y Y Y Y',
  GetParametersForImport: 'Y Y 3 Y 14 15',
  GetPublicKey: 'Y Y 3 5 14 Y',
  ImportKeyMaterial: 'Y Y 3 Y 14 Y',
  ListAliases: 'Y Y Y Y Y Y',
  ListGrants: 'Y Y Y Y Y Y',
  ListKeyPolicies: 'Y Y Y Y Y Y',
  ListKeyRotations: 'Y Y Y Y Y Y',
  ListResourceTags: 'Y Y Y Y Y Y',
  PutKeyPolicy: 'Y Y Y Y Y Y',
  ReEncrypt: 'Y 1 3 5 14 Y',
  ReplicateKey: 'Y 1 3 5 14 15',
  RetireGrant: 'Y Y Y Y Y Y',
  RevokeGrant: 'Y Y Y Y Y Y',
  RotateKeyOnDemand: 'Y 1 3 5 14 Y',
  ScheduleKeyDeletion: 'Y Y 3 Y Y 15',
  Sign: 'Y 1 3 5 14 Y',
  TagResource: 'Y Y 3 Y Y Y',
  UntagResource: 'Y Y 3 Y Y Y',
  UpdateAlias: 'Y Y 3 Y Y Y',
  UpdateKeyDescription: 'Y Y 3 Y Y Y',
  UpdatePrimaryRegion: 'Y 1 3 5 14 Y',
  Verify: 'Y 1 3 5 14 Y',
  VerifyMac: 'Y 1 3 5 14 Y',
};

const columns = {
  Enabled: 0,
  Disabled: 1,
  PendingDeletion: 2,
  PendingReplicaDeletion: 2,
  PendingImport: 3,
  Creating: 4,
  Updating: 5,
} as const satisfies Record<KeyState, number>;

/** What each footnote answers, after the ARN. */
const footnotes = (state: KeyState): Readonly<Record<string, readonly [name: string, text: string]>> => ({
  1: ['DisabledException', 'is disabled.'],
  3: ['KMSInvalidStateException', `is pending ${state === 'PendingDeletion' ? '' : 'replica '}deletion.`],
  4: ['KMSInvalidStateException', 'is not pending deletion.'],
  5: ['KMSInvalidStateException', 'is pending import.'],
  6: ['UnsupportedOperationException', 'origin is EXTERNAL which is not valid for this operation.'],
  14: ['KMSInvalidStateException', 'is creating.'],
  15: ['KMSInvalidStateException', 'is updating.'],
});

const there = {
  KeyMaterialId: 'a'.repeat(64),
  KeyMaterialState: 'CURRENT',
  imported: { ImportState: 'IMPORTED' },
} as const satisfies MaterialVersion;

let kms: Service;
beforeAll(async () => {
  kms = await newService();
});
afterAll(() => kms.close());
afterEach(() => expect(kms.logged).toEqual([]));

const targets = everyOperation.flatMap(([name, operation]) =>
  Object.entries(operation.keys).map(([targetName, target]) => ({ name, operation, targetName, target })),
);

describe.each(targets)('$name, its $targetName', ({ name, operation, targetName, target }) => {
  // UpdateAlias looks at the old target only to compare it: it may be in any state (footnote 10).
  const row = name === 'UpdateAlias' && targetName === 'previous' ? 'Y Y Y Y Y Y' : guide[name];
  const cellOf = (state: KeyState) => row?.split(' ')[columns[state]] ?? 'nothing';

  const callWith = async (state: KeyState) => {
    const { parameters, keys } = await validRequest(kms, operation);
    const { KeyId = '', Arn = '' } = keys[targetName] ?? {};
    const { stores } = target.region === undefined ? kms : await kms.inRegion(replicaRegion);
    await putInState({ stores, now: kms.now }, KeyId, state);
    const record = await stores.keys.get(KeyId);
    // Only keys whose material is imported can wait for it, and they are no primaries or replicas to be before.
    if (cellOf(state) === '6' && record) await stores.keys.update(record, { Origin: 'EXTERNAL' });
    if (cellOf(state) === '15' && record?.Origin === 'EXTERNAL')
      await stores.keys.update(record, { materials: [there] });
    return { Arn, answer: await kms.call(name, parameters) };
  };

  it.each(keyStates)('does as the guide says while the key is %s', async (state) => {
    const { Arn, answer } = await callWith(state);
    if (cellOf(state) === 'Y') {
      expect(answer).toMatchObject({ status: 200 });
      return;
    }
    const [__type, text] = footnotes(state)[cellOf(state)] ?? [];
    expect(answer).toMatchObject({ status: 400, __type, message: `${Arn} ${text}` });
  });

  it('declares the states in which it works', () => {
    const works = keyStates.filter((state) => ['Y', '6'].includes(cellOf(state)));
    const accepted = keyStates.filter((state) => acceptedBy(target).includes(state) || cellOf(state) === '6');
    expect(accepted).toEqual(works);
  });
});

it('has a row for each operation on keys', () => {
  expect(targets.filter(({ name }) => guide[name] === undefined)).toEqual([]);
});
