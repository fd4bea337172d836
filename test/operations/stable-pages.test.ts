import { randomInt } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addDays } from '../../core/model/days.ts';
import type { OperationName } from '../../lambdas/operations/index.ts';
import { freshAlias, type Parameters } from '../requests.ts';
import { accountId, newService, type Service, userOf } from '../service.ts';

let kms: Service;
beforeEach(async () => {
  kms = await newService();
});
afterEach(() => kms.close());

/** A listing whose things come and go. */
interface Listing {
  readonly operation: OperationName;
  readonly filter: Parameters;
  /** The name of each thing that an answer shows. */
  shown(answer: Parameters): string[];
  add(): Promise<string>;
  /** Absent where nothing ever goes. */
  remove?(name: string): Promise<unknown>;
}

const names = (answer: Parameters, list: string, member: string): string[] =>
  (answer[list] as Record<string, string>[]).map((entry) => String(entry[member])); // a list of structures, as AWS has it

const keys = async (): Promise<Listing> => ({
  operation: 'ListKeys',
  filter: {},
  shown: (answer) => names(answer, 'Keys', 'KeyId'),
  add: async () => (await kms.newKey()).KeyId,
  async remove(KeyId) {
    const record = await kms.stores.keys.get(KeyId);
    if (record)
      await kms.stores.keys.update(record, { KeyState: 'PendingDeletion', DeletionDate: addDays(kms.now(), -1) });
  },
});

const aliases = (ofOneKey: boolean) => async (): Promise<Listing> => {
  const { KeyId } = await kms.newKey();
  return {
    operation: 'ListAliases',
    filter: ofOneKey ? { KeyId } : {},
    shown: (answer) => names(answer, 'Aliases', 'AliasName'),
    async add() {
      const AliasName = freshAlias();
      await kms.call('CreateAlias', { AliasName, TargetKeyId: KeyId });
      return AliasName;
    },
    remove: (AliasName) => kms.call('DeleteAlias', { AliasName }),
  };
};

const GranteePrincipal = userOf(accountId, 'alice').arn;
const RetiringPrincipal = userOf(accountId, 'bob').arn;

const grants =
  (operation: 'ListGrants' | 'ListRetirableGrants', byGrantee = false) =>
  async (): Promise<Listing> => {
    const { KeyId } = await kms.newKey();
    const filter =
      operation === 'ListGrants' ? { KeyId, ...(byGrantee && { GranteePrincipal }) } : { RetiringPrincipal };
    return {
      operation,
      filter,
      shown: (answer) => names(answer, 'Grants', 'GrantId'),
      async add() {
        // Grants that the filter leaves out stand between.
        const other = { KeyId, GranteePrincipal: userOf(accountId, 'carol').arn, Operations: ['Decrypt'] };
        if (byGrantee) await kms.call('CreateGrant', other);
        const grant = { KeyId, GranteePrincipal, RetiringPrincipal, Operations: ['Decrypt'] };
        return (await kms.call('CreateGrant', grant)).GrantId;
      },
      remove: (GrantId) => kms.call('RevokeGrant', { KeyId, GrantId }),
    };
  };

const tags = async (): Promise<Listing> => {
  const { KeyId } = await kms.newKey();
  return {
    operation: 'ListResourceTags',
    filter: { KeyId },
    shown: (answer) => names(answer, 'Tags', 'TagKey'),
    async add() {
      const TagKey = `tag-${randomInt(2 ** 40)}`;
      await kms.call('TagResource', { KeyId, Tags: [{ TagKey, TagValue: '' }] });
      return TagKey;
    },
    remove: (TagKey) => kms.call('UntagResource', { KeyId, TagKeys: [TagKey] }),
  };
};

const rotations = async (): Promise<Listing> => {
  const { KeyId } = await kms.newKey();
  return {
    operation: 'ListKeyRotations',
    filter: { KeyId },
    shown: (answer) => names(answer, 'Rotations', 'KeyMaterialId'),
    async add() {
      await kms.call('RotateKeyOnDemand', { KeyId });
      return (await kms.stores.keys.get(KeyId))?.currentKeyMaterialId ?? '';
    },
  };
};

it.each([
  ['ListKeys', keys],
  ['ListAliases', aliases(false)],
  ['ListAliases of a key', aliases(true)],
  ['ListGrants', grants('ListGrants')],
  ['ListGrants of a grantee', grants('ListGrants', true)],
  ['ListRetirableGrants', grants('ListRetirableGrants')],
  ['ListResourceTags', tags],
  ['ListKeyRotations', rotations],
])('%s shows nothing twice and misses nothing that stays, while others come and go', async (_, open) => {
  const { operation, filter, shown, add, remove } = await open();
  const there: string[] = [];
  for (let i = 0; i < 10; i += 1) there.push(await add());
  const staying = new Set(there);
  const never = new Set(there.slice(0, 2)); // goes: chance could take all
  const seen: string[] = [];
  let Marker: unknown;
  do {
    const answer = await kms.call(operation, { ...filter, Limit: 2, Marker });
    expect(answer).toMatchObject({ status: 200, Truncated: expect.any(Boolean) });
    const page = shown(answer);
    expect(page.length).toBeLessThanOrEqual(2);
    seen.push(...page);
    Marker = answer.NextMarker;
    if (there.length > 16) continue; // come to an end
    there.push(await add());
    if (remove === undefined) continue;
    // One from anywhere, and the very one that the marker stands at.
    for (const name of [there.splice(randomInt(there.length), 1)[0], page.at(-1)]) {
      if (name === undefined || never.has(name)) continue;
      await remove(name);
      staying.delete(name);
    }
    there.push(await add());
  } while (Marker !== undefined);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toEqual(expect.arrayContaining([...staying]));
});
