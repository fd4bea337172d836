import { describe, expect, it } from 'vitest';
import type { Operation } from '../../lambdas/operation.ts';
import { tablesOf, usesOf } from '../../lambdas/pipeline/uses.ts';
import { storesWithin } from '../../stores/dynamo/stores.ts';
import type { Sweepers } from '../../stores/ports.ts';
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
    ['keys, to look one up by its id', { key: { from: 'KeyId', permission: null } }, {}, { keys: 'read' }],
    [
      'keys and aliases, to judge by its aliases too',
      { key: { from: 'KeyId' } },
      {},
      { keys: 'read', aliases: 'read' },
    ],
    [
      'keys and aliases, to find one by its alias',
      { key: { from: 'KeyId', byAlias: 'too', permission: null } },
      {},
      { keys: 'read', aliases: 'read' },
    ],
    [
      'what it writes, although the pipeline only reads it',
      { key: { from: 'KeyId', permission: null } },
      { keys: 'write' },
      { keys: 'write' },
    ],
    ['its own tables besides', { key: { from: 'KeyId' } }, { aliases: 'write' }, { keys: 'read', aliases: 'write' }],
    ['key material, where it says so', {}, { material: 'use' }, { material: 'use' }],
    [
      'the note of a use, where it works with key material for what the key is for',
      { key: { from: 'KeyId', usage: 'SIGN_VERIFY' } },
      { material: 'use' },
      { keys: 'read', aliases: 'read', material: 'use', usage: 'write' },
    ],
    [
      'last uses, where policies may ask for them',
      { key: { from: 'KeyId', idleDays: true } },
      { keys: 'write' },
      { keys: 'write', aliases: 'read', usage: 'read' },
    ],
    [
      'all it takes to make a managed key, where it says so',
      { key: { from: 'KeyId', byAlias: 'too' } },
      { managedKeys: 'make' },
      { keys: 'write', aliases: 'write', material: 'use', managedKeys: 'make' },
    ],
    ['other Regions, where it says so', {}, { regions: 'write' }, { regions: 'write' }],
  ] as const)('is %s', (_, keys, uses, expected) => {
    expect(usesOf(declare({ keys, uses }))).toEqual(expected);
  });

  it('lists its tables without the material and the Regions', () => {
    expect(tablesOf({ keys: 'read', material: 'use', regions: 'write' })).toEqual([['keys', 'read']]);
  });

  const served = everyOperation.filter(([, { refused }]) => refused === undefined);
  it.each(served)('%s is read-only if and only if it writes nothing itself', (_, declared) => {
    const writes = tablesOf(declared.uses).some(([, access]) => access === 'write');
    expect(declared.audit.readOnly).toBe(!writes);
  });
});

describe('the stores handed out', () => {
  const all = {
    keys: { get: 1, material: 1, list: 1, count: 1, create: 1, update: 1 },
    aliases: { get: 1, list: 1, listByKey: 1, countByKey: 1, create: 1, update: 1, delete: 1 },
  } as unknown as Sweepers; // only the names of the functions count here

  it('are those declared, without the functions that write unless writing is declared', () => {
    const { keys, ...others } = storesWithin(all, [['keys', 'read']]);
    expect(others).toEqual({});
    expect(Object.keys(keys ?? {})).toEqual(['get', 'material', 'list', 'count']);
    const { aliases } = storesWithin(all, [['aliases', 'read']]);
    expect(Object.keys(aliases ?? {})).toEqual(['get', 'list', 'listByKey', 'countByKey']);
    expect(storesWithin(all, [['aliases', 'write']])).toEqual({ aliases: all.aliases });
  });
});
