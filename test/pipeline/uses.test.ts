import { describe, expect, it } from 'vitest';
import type { Operation } from '../../lambdas/operation.ts';
import { storesOf, usesOf } from '../../lambdas/pipeline/uses.ts';
import type { Sweepers } from '../../stores/ports.ts';
import { storesWithin } from '../../stores/within.ts';
import { everyOperation } from '../requests.ts';

const declare = (facts: Pick<Operation, 'keys' | 'uses'>): Operation => ({
  name: 'Example',
  input: {},
  conditions: {},
  permissions: {},
  audit: { readOnly: true },
  handle: async () => undefined,
  ...facts,
});

describe('what an operation touches', () => {
  it.each([
    ['nothing, without keys and tables', {}, {}, {}],
    ['keys, to look one up by its id', { key: { from: 'KeyId', permission: null } }, {}, { keys: ['get'] }],
    [
      'keys, and their aliases to judge by these too',
      { key: { from: 'KeyId' } },
      {},
      { keys: ['get'], aliases: ['listByKey'] },
    ],
    [
      'keys and aliases, to find one by its alias',
      { key: { from: 'KeyId', byAlias: 'too', permission: null } },
      {},
      { keys: ['get'], aliases: ['get'] },
    ],
    [
      'keys and grants, to let in those who have one',
      { key: { from: 'KeyId', permission: 'Encrypt' } },
      {},
      { keys: ['get'], aliases: ['listByKey'], grants: ['get', 'listByGrantee'] },
    ],
    [
      'keys and the grant that is named, which alone decides',
      { key: { from: 'KeyId', byGrant: { id: 'GrantId', token: 'GrantToken' }, permission: 'RetireGrant' } },
      {},
      { keys: ['get'], aliases: ['listByKey'], grants: ['get'] },
    ],
    [
      'what it calls itself, besides what the pipeline does',
      { key: { from: 'KeyId', permission: null } },
      { keys: ['update'], grants: ['create'] },
      { keys: ['get', 'update'], grants: ['create'] },
    ],
    ['key material, where it makes some', {}, { material: 'make' }, { material: 'make' }],
    [
      'the material of its key, and the note of a use, where it works with it for what the key is for',
      { key: { from: 'KeyId', usage: 'SIGN_VERIFY' } },
      { material: 'use' },
      { keys: ['get', 'material'], aliases: ['listByKey'], material: 'use', usage: ['note'] },
    ],
    [
      'last uses, where policies may ask for them',
      { key: { from: 'KeyId', idleDays: true } },
      {},
      { keys: ['get'], aliases: ['listByKey'], usage: ['get'] },
    ],
    [
      'all it takes to make a managed key, where it says so',
      { key: { from: 'KeyId', byAlias: 'too' } },
      { managedKeys: 'make' },
      {
        keys: ['get', 'create', 'deleteMaterial'],
        aliases: ['get', 'listByKey', 'create'],
        material: 'make',
        managedKeys: 'make',
      },
    ],
    [
      'other Regions, where it says so, and the outbox for what these have not heard',
      {},
      { regions: 'write' },
      {
        keys: ['get', 'material', 'update', 'addMaterial', 'deleteMaterial', 'addToOutbox', 'removeFromOutbox'],
        regions: 'write',
      },
    ],
  ] as const)('is %s', (_, keys, uses, expected) => {
    expect(usesOf(declare({ keys, uses }))).toEqual(expected);
  });

  it('is no alias of a key where identity policies were judged before, which alone ask for them', () => {
    const keys = { key: { from: 'KeyId' } };
    expect(usesOf(declare({ keys, uses: {} }), { judgedBefore: true })).toEqual({ keys: ['get'] });
  });

  it('is told apart from the material and the Regions', () => {
    expect(storesOf({ keys: ['get'], material: 'use', regions: 'write' })).toEqual({ keys: ['get'] });
  });

  const called = ({ uses }: Operation): readonly string[] => Object.values(storesOf(uses)).flat();
  const served = everyOperation.filter(([, { refused }]) => refused === undefined);
  it.each(served)('%s is read-only if and only if it writes nothing itself', (_, declared) => {
    const writes = called(declared).some((name) => /^(create|update|delete)/.test(name));
    expect(declared.audit.readOnly).toBe(!writes && declared.uses.regions === undefined);
  });

  it.each(everyOperation)('%s calls nothing that is for schedules alone', (_, declared) => {
    const forSchedules = ['due', 'outboxEntry', 'scan', 'shred', 'remove', 'forget'];
    expect(called(declared).filter((name) => forSchedules.includes(name))).toEqual([]);
  });
});

describe('the stores handed out', () => {
  const all = {
    keys: { get: 1, material: 2, update: 3 },
    aliases: { get: 4, list: 5 },
  } as unknown as Sweepers; // only the names of the functions count here

  it('have the functions declared, and no others', () => {
    expect(storesWithin(all, { keys: ['get', 'update'] })).toEqual({ keys: { get: 1, update: 3 } });
    expect(storesWithin(all, { aliases: ['list'], keys: [] })).toEqual({ aliases: { list: 5 }, keys: {} });
    expect(storesWithin(all, {})).toEqual({});
  });
});
