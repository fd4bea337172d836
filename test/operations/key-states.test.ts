import { expect, it } from 'vitest';
import { keyStates } from '../../core/model/key-record.ts';
import { acceptedBy, everyOperation } from '../requests.ts';

/**
 * What the key state table of the guide says of the states Enabled, Disabled, PendingDeletion, PendingImport, in this
 * order: works (Y), fails (X), depends on the kind of key (?). Where an operation names a key by an alias, the row is of
 * the key that it acts on. https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
 */
const guide: Readonly<Record<string, string>> = {
  CancelKeyDeletion: 'XXYX',
  CreateAlias: 'YYXY',
  CreateGrant: 'YXXX',
  Decapsulate: 'YXXX',
  Decrypt: 'YXXX',
  DeleteAlias: 'YYYY',
  DeleteImportedKeyMaterial: 'YYYY',
  DeriveSharedSecret: 'YXXX',
  DescribeKey: 'YYYY',
  DisableKey: 'YYXX',
  DisableKeyRotation: '?XX?',
  EnableKey: 'YYXX',
  EnableKeyRotation: '?XX?',
  Encapsulate: 'YXXX',
  Encrypt: 'YXXX',
  GenerateDataKey: 'YXXX',
  GenerateDataKeyPair: 'YXXX',
  GenerateDataKeyPairWithoutPlaintext: 'YXXX',
  GenerateDataKeyWithoutPlaintext: 'YXXX',
  GenerateMac: 'YXXX',
  GetKeyLastUsage: 'YYYY',
  GetKeyPolicy: 'YYYY',
  GetKeyRotationStatus: '????',
  GetParametersForImport: '??XY',
  GetPublicKey: 'YYXY',
  ImportKeyMaterial: '??XY',
  ListAliases: 'YYYY',
  ListGrants: 'YYYY',
  ListKeyPolicies: 'YYYY',
  ListKeyRotations: '????',
  ListResourceTags: 'YYYY',
  PutKeyPolicy: 'YYYY',
  ReEncrypt: 'YXXX',
  ReplicateKey: 'YXXX',
  RetireGrant: 'YYYY',
  RevokeGrant: 'YYYY',
  RotateKeyOnDemand: '?X??',
  ScheduleKeyDeletion: 'YYXY',
  Sign: 'YXXX',
  TagResource: 'YYXY',
  UntagResource: 'YYXY',
  UpdateAlias: 'YYXY',
  UpdateKeyDescription: 'YYXY',
  UpdatePrimaryRegion: 'YXXX',
  Verify: 'YXXX',
  VerifyMac: 'YXXX',
};

const guidedTargets = everyOperation.flatMap(([name, { keys }]) =>
  // UpdateAlias looks at the old target only to compare it: it may be in any state (footnote 10).
  Object.entries(keys).flatMap(([key, target]) => (key === 'previous' ? [] : [[name, target.from, target] as const])),
);

it.each(guidedTargets)('%s takes %s in the states of the guide', (name, _, target) => {
  const accepted = acceptedBy(target);
  const differing = keyStates.filter((state, i) => {
    const said = guide[name]?.[i];
    return said !== '?' && (said === 'Y') !== accepted.includes(state);
  });
  expect(guide[name]).toBeDefined();
  expect(differing).toEqual([]);
});

it('lets UpdateAlias leave a key in any state', () => {
  const updateAlias = everyOperation.find(([name]) => name === 'UpdateAlias')?.[1];
  expect(updateAlias?.keys.previous?.states).toBeUndefined();
});
