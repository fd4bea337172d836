import { expect, it } from 'vitest';
import { operations } from '../../../lambdas/operations/index.ts';
import { isFrontRead, isServedByFronts } from '../../../local/fronts/served.ts';

it('serve by themselves what only reads a key, and leave to the owner what writes, counts, lists or asks for last uses', () => {
  const owners = operations.filter((operation) => !isServedByFronts(operation)).map(({ name }) => name);
  expect(owners).toEqual([
    'CancelKeyDeletion',
    'CreateAlias',
    'CreateGrant',
    'CreateKey',
    'DeleteAlias',
    'DeleteImportedKeyMaterial',
    'DisableKey',
    'DisableKeyRotation',
    'EnableKey',
    'EnableKeyRotation',
    'GetKeyLastUsage',
    'ImportKeyMaterial',
    'ListAliases',
    'ListGrants',
    'ListKeys',
    'ListRetirableGrants',
    'PutKeyPolicy',
    'ReplicateKey',
    'RetireGrant',
    'RevokeGrant',
    'RotateKeyOnDemand',
    'ScheduleKeyDeletion',
    'TagResource',
    'UntagResource',
    'UpdateAlias',
    'UpdateKeyDescription',
    'UpdatePrimaryRegion',
  ]);
});

it('may read what they need for that, and nothing else', () => {
  expect(isFrontRead('keys', 'get')).toBe(true);
  for (const [store, name] of [
    ['keys', 'update'],
    ['grants', 'delete'],
    ['usage', 'get'],
    ['keys', 'constructor'],
  ] as const) {
    expect(isFrontRead(store, name)).toBe(false);
  }
});
