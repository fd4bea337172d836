import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CompiledPolicy, compilePolicy } from '../../core/policy/policy.ts';
import type { PolicyKind } from '../../core/policy/reading.ts';
import { accountId, allowed, newService, otherAccountId, type Service, userOf } from '../service.ts';
import { type Caller, callers, conditions, mayEncrypt, type Statement, type World } from './authorization-oracle.ts';

let kms: Service;
let endpoint: CompiledPolicy<'endpoint'> | undefined;
let KeyId: string;
let Arn: string;
beforeAll(async () => {
  kms = await newService({ endpointPolicy: () => endpoint });
  ({ KeyId, Arn } = await kms.newKey());
});
afterAll(() => kms.close());

const names = [...callers.flatMap(({ arn, role = arn }) => [arn, role]), accountId, otherAccountId];
const statement: fc.Arbitrary<Statement> = fc.record({
  Effect: fc.constantFrom(...Array<'Allow'>(9).fill('Allow'), 'Deny'),
  Action: fc.constantFrom('kms:*', 'kms:Encrypt', 'KMS:encrypt', 'kms:En*', '*', 'kms:Decrypt', 'kms:?ncrypt*ed'),
  on: fc.constantFrom('*', '*', 'this', 'this', 'other'),
  condition: fc.oneof(
    fc.constant('none'),
    fc.constantFrom(...(Object.keys(conditions) as (keyof typeof conditions)[])),
  ), // Object.keys forgets the names
  principal: fc.constantFrom('*', ...names),
});
const some = (most: number) => fc.array(statement, { minLength: 1, maxLength: most, size: 'max' });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.oneof(fc.constant(undefined), fc.constant(undefined), value);
const world: fc.Arbitrary<World> = fc.record({
  caller: fc.constantFrom(...callers),
  tenant: fc.constantFrom(undefined, 'blue', 'red'),
  key: some(4),
  identity: some(3),
  boundary: maybe(some(2)),
  session: maybe(some(2)),
  endpoint: maybe(some(3)),
  grant: maybe(
    fc.record({
      grantee: fc.constantFrom(...names.filter((name) => name.startsWith('arn:'))),
      Operations: fc.constantFrom(['Encrypt'], ['Decrypt'], ['Encrypt', 'Decrypt']),
      tenant: fc.constantFrom(undefined, 'blue'),
    }),
  ),
});

const documentOf = (statements: readonly Statement[], kind: PolicyKind) => ({
  Version: '2012-10-17',
  Statement: statements.map(({ Effect, Action, on, condition, principal }) => ({
    Effect,
    Action,
    Resource: { '*': '*', this: Arn, other: `${Arn}0` }[on],
    Condition: conditions[condition].element,
    ...((kind === 'key' || kind === 'endpoint') && { Principal: principal === '*' ? '*' : { AWS: principal } }),
  })),
});
const compiled = <Kind extends PolicyKind>(statements: readonly Statement[] | undefined, kind: Kind) =>
  statements && compilePolicy(documentOf(statements, kind), kind);

const callerOf = ({ name, accountId: account, arn, role, root }: Caller) => {
  const user = userOf(account, name);
  if (root) return { ...user, arn, type: 'Root', principalId: account, userName: undefined } as const;
  if (role === undefined) return user;
  const issuer = { arn: role, principalId: 'AROAEXAMPLEEXAMPLE000', userName: 'Lab' };
  return { ...user, arn, type: 'AssumedRole', principalId: 'AROAEXAMPLEEXAMPLE000:s1', issuer } as const;
};

const owner = {
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${accountId}:user/admin` },
  Action: 'kms:*',
  Resource: '*',
};

/** Straight into the store: a policy that denies its owner could not be replaced. */
const setKeyPolicy = async (statements: readonly Statement[]) => {
  const Statement = [owner, ...documentOf(statements, 'key').Statement];
  const record = await kms.stores.keys.get(KeyId);
  if (record) await kms.stores.keys.update(record, { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
};

/** How a call of the caller ends in the same world, built behind the pipeline. */
const encrypts = async ({ caller, tenant, key, identity, boundary, session, endpoint: through, grant }: World) => {
  endpoint = undefined;
  kms.as(userOf(accountId, 'admin'));
  kms.withStanding(allowed({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }));
  await setKeyPolicy([]);
  const { grantee: GranteePrincipal, Operations, tenant: bound } = grant ?? {};
  const Constraints = bound && { EncryptionContextSubset: { tenant: bound } };
  const made = grant && (await kms.call('CreateGrant', { KeyId, GranteePrincipal, Operations, Constraints }));
  await setKeyPolicy(key);

  endpoint = compiled(through, 'endpoint');
  kms.arriving(endpoint ? { vpc: { endpointId: 'vpce-1' } } : {});
  kms.as(callerOf(caller));
  kms.withStanding({
    identity: [compilePolicy(documentOf(identity, 'identity'), 'identity')],
    boundary: compiled(boundary, 'boundary'),
    session: compiled(session, 'session'),
    tags: {},
  });
  const parameters = { KeyId: Arn, Plaintext: Buffer.from('text'), EncryptionContext: tenant && { tenant } };
  const { status, __type } = await kms.call('Encrypt', parameters);
  if (made?.GrantId) await kms.stores.grants.delete({ KeyId, GrantId: made.GrantId });
  return status === 200 ? 'allowed' : __type;
};

it('the pipeline and a second opinion agree on hundreds of worlds of policies and grants', async () => {
  const seen = { allowed: 0, AccessDeniedException: 0 };
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      const expected = mayEncrypt(given) ? 'allowed' : 'AccessDeniedException';
      seen[expected] += 1;
      expect(await encrypts(given)).toBe(expected);
    }),
    { numRuns: 200 },
  );
  expect(seen.allowed).toBeGreaterThan(20);
  expect(seen.AccessDeniedException).toBeGreaterThan(20);
});
