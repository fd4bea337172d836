import fc from 'fast-check';
import type { CandidateGrant } from '../../../core/policy/grants.ts';
import { compilePolicy } from '../../../core/policy/policy.ts';
import type { PolicyKind } from '../../../core/policy/reading.ts';
import type { AccessRequest, Policies } from '../../../core/policy/request.ts';
import { cast } from './cases.ts';

/** Requests and policies from a small world, so that they meet often. */

const actions = ['kms:Decrypt', 'kms:Encrypt', 'kms:CreateGrant'];
const key = cast.resources.key as Extract<AccessRequest['resource'], { kind: 'key' }>; // as cast.json has it
const keys = ['kms:ViaService', 'aws:username', 'kms:EncryptionContext:k', 'kms:ResourceAliases'];
const value = fc.constantFrom('a', 'b', 'ab', '');
/** A policy variable. */
export const variable = (inner: string): string => `$\{${inner}}`;

const context = fc.dictionary(
  fc.constantFrom(...keys),
  fc.oneof({ weight: 3, arbitrary: value }, fc.array(value, { maxLength: 3 }), fc.boolean(), fc.nat(3)),
);

export const request: fc.Arbitrary<AccessRequest> = fc.record({
  principal: fc.constantFrom(...Object.values(cast.callers)),
  action: fc.constantFrom(...actions),
  resource: fc.constantFrom(key, key, key, ...Object.values(cast.resources)),
  context,
  encryptionContext: fc.dictionary(fc.constantFrom('k', 'K'), value),
  newGrant: fc.constantFrom(undefined, { Operations: ['Decrypt'] }),
});

const oneOrMore = <T>(each: fc.Arbitrary<T>) => fc.oneof(each, fc.array(each, { minLength: 1, maxLength: 3 }));

const action = oneOrMore(fc.constantFrom('*', 'kms:*', 'kms:De*', 'kms:Decrypt', 'kms:encrypt', 's3:*'));
const resource = oneOrMore(
  fc.constantFrom('*', key.arn, 'arn:aws:kms:*:*:key/*', 'arn:aws:kms:*:*:alias/*', 'arn:aws:s3'),
);
const names = Object.values(cast.callers).flatMap(({ type, arn, issuer }) =>
  type === 'AWSService' ? [] : [arn, ...(issuer ? [issuer.arn] : [])],
);
const principal = fc.oneof(
  { weight: 1, arbitrary: fc.constant('*') },
  {
    weight: 8,
    arbitrary: oneOrMore(fc.constantFrom('111122223333', '444455556666', ...names)).map((AWS) => ({ AWS })),
  },
  { weight: 1, arbitrary: fc.constant({ Service: 'sns.amazonaws.com' }) },
);
const operators = ['StringEquals', 'StringNotEquals', 'StringLike', 'StringEqualsIfExists', 'ForAnyValue:StringLike'];
const condition = fc.dictionary(
  fc.constantFrom(...operators, 'ForAllValues:StringEquals'),
  fc.dictionary(fc.constantFrom(...keys), oneOrMore(fc.constantFrom('a', 'b', 'a*', variable('aws:username'))), {
    maxKeys: 2,
  }),
  { maxKeys: 2 },
);

const effect = (allow: 'either' | 'Allow' | 'Deny') =>
  allow === 'either' ? fc.constantFrom('Allow', 'Allow', 'Deny') : fc.constant(allow);
const either = (name: string, element: fc.Arbitrary<unknown>) =>
  fc.oneof(
    { weight: 4, arbitrary: element.map((each) => ({ [name]: each })) },
    element.map((each) => ({ [`Not${name}`]: each })),
  );

/** Well-formed statements of policies that belong to a principal, or that name principals. */
export const statement = (
  kind: 'own' | 'naming',
  allow: 'either' | 'Allow' | 'Deny' = 'either',
): fc.Arbitrary<object> =>
  fc
    .tuple(
      effect(allow),
      either('Action', action),
      either('Resource', resource),
      fc.option(condition, { nil: undefined }),
      principal,
      fc.boolean(),
    )
    .map(([Effect, acts, covers, Condition, named, inverted]) => ({
      Effect,
      ...acts,
      ...covers,
      ...(Condition && { Condition }),
      ...(kind === 'naming' && { [Effect === 'Deny' && inverted ? 'NotPrincipal' : 'Principal']: named }),
    }));

/** Statements of each policy, before they are compiled. */
export interface World {
  readonly key: readonly unknown[];
  readonly identity: readonly (readonly unknown[])[];
  readonly boundary: readonly unknown[] | undefined;
  readonly session: readonly unknown[] | undefined;
  readonly endpoint: readonly unknown[] | undefined;
  readonly grants: readonly CandidateGrant[];
}

const all = { Effect: 'Allow', Action: '*', Resource: '*' };
const own = fc.oneof(
  fc.array(statement('own'), { maxLength: 3 }),
  fc.array(statement('own'), { maxLength: 2 }).map((others) => [all, ...others]),
);
const pairs = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  fc.dictionary(fc.constantFrom('k', 'K'), value),
);

const grant: fc.Arbitrary<CandidateGrant> = fc.record({
  GrantId: fc.string({ minLength: 1, maxLength: 3 }),
  KeyId: fc.constantFrom(key.KeyId, key.KeyId, 'other'),
  AccountId: fc.constantFrom('111122223333', '444455556666', '777788889999'),
  GranteePrincipal: fc.constantFrom(...names),
  Operations: fc.constantFrom(['Decrypt', 'Encrypt', 'CreateGrant'], ['Decrypt', 'CreateGrant'], ['Encrypt']),
  Constraints: fc.record({ EncryptionContextEquals: pairs, EncryptionContextSubset: pairs }),
  visible: fc.constantFrom(true, true, true, false),
});

const delegation = {
  Effect: 'Allow',
  Principal: { AWS: ['111122223333', '444455556666'] },
  Action: '*',
  Resource: '*',
};

export const world: fc.Arbitrary<World> = fc.record({
  key: fc.oneof(
    fc.array(statement('naming'), { maxLength: 4 }),
    fc.array(statement('naming'), { maxLength: 2 }).map((others) => [delegation, ...others]),
  ),
  identity: fc.array(own, { minLength: 1, maxLength: 2 }),
  boundary: fc.option(own, { nil: undefined, freq: 2 }),
  session: fc.option(own, { nil: undefined, freq: 2 }),
  endpoint: fc.option(
    fc.array(statement('naming'), { maxLength: 3 }).map((others) => [{ ...all, Principal: '*' }, ...others].slice(-3)),
    { nil: undefined, freq: 2 },
  ),
  grants: fc.array(grant, { maxLength: 6, size: 'max' }),
});

const compiled = <Kind extends PolicyKind>(statements: readonly unknown[] | undefined, kind: Kind) =>
  statements && compilePolicy({ Version: '2012-10-17', Statement: statements }, kind);

export const policiesIn = ({ key, identity, boundary, session, endpoint, grants }: World): Policies => ({
  key: compiled(key, 'key'),
  identity: identity.map((statements) => compilePolicy({ Version: '2012-10-17', Statement: statements }, 'identity')),
  boundary: compiled(boundary, 'boundary'),
  session: compiled(session, 'session'),
  endpoint: compiled(endpoint, 'endpoint'),
  grants,
});

/** The parts of a world that hold statements, and how to change one of them. */
export const parts = ['key', 'identity', 'boundary', 'session', 'endpoint'] as const;
export const changed = (
  given: World,
  part: (typeof parts)[number],
  change: (statements: readonly unknown[]) => readonly unknown[],
): World =>
  part === 'identity'
    ? { ...given, identity: [change(given.identity[0] ?? []), ...given.identity.slice(1)] }
    : { ...given, [part]: change(given[part] ?? []) };
