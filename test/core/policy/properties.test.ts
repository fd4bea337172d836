import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluate, keyPolicyAdmits } from '../../../core/policy/evaluate.ts';
import { explain } from '../../../core/policy/explain.ts';
import { accessDeniedText } from '../../../core/policy/refusal.ts';
import type { AccessRequest } from '../../../core/policy/request.ts';
import { changed, parts, policiesIn, request, statement, type World, world } from './arbitraries.ts';

const runs = { numRuns: 400 };
const part = fc.constantFrom(...parts);
const decide = (asked: AccessRequest, given: World) => evaluate(asked, policiesIn(given));
const kindOf = (name: (typeof parts)[number]) => (name === 'key' || name === 'endpoint' ? 'naming' : 'own');
const withStatement = (effect: 'either' | 'Allow' | 'Deny') =>
  part.chain((name) => fc.tuple(fc.constant(name), statement(kindOf(name), effect)));

it('meets allowed and denied requests of every kind: the worlds of these tests are not one-sided', () => {
  const seen = new Map<string, number>();
  for (const [asked, given] of fc.sample(fc.tuple(request, world), { numRuns: 1500, seed: 7 })) {
    const { allowed, by } = decide(asked, given);
    seen.set(`${allowed} by ${by}`, (seen.get(`${allowed} by ${by}`) ?? 0) + 1);
  }
  const ways = ['true by key', 'true by identity', 'true by grant', 'true by root'];
  const refusals = ['false by key', 'false by identity', 'false by boundary', 'false by session', 'false by endpoint'];
  for (const kind of [...ways, ...refusals]) expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(5);
});

it('one more Deny anywhere never allows what was denied', () => {
  fc.assert(
    fc.property(request, world, withStatement('Deny'), (asked, given, [name, deny]) => {
      if (given[name] === undefined) return; // a policy that was not there limits by its presence too
      const before = decide(asked, given);
      const after = decide(
        asked,
        changed(given, name, (statements) => [...statements, deny]),
      );
      expect(before.allowed || !after.allowed).toBe(true);
    }),
    runs,
  );
});

it('one more Allow in a policy that is there never denies what was allowed', () => {
  fc.assert(
    fc.property(request, world, withStatement('Allow'), (asked, given, [name, allow]) => {
      if (given[name] === undefined) return;
      const before = decide(asked, given);
      const after = decide(
        asked,
        changed(given, name, (statements) => [...statements, allow]),
      );
      expect(!before.allowed || after.allowed).toBe(true);
    }),
    runs,
  );
});

it('the order of statements, policies and grants does not matter', () => {
  fc.assert(
    fc.property(request, world, part, (asked, given, name) => {
      if (given[name] === undefined) return;
      const turned = changed(given, name, (statements) => [...statements].reverse());
      const around = { ...turned, identity: [...turned.identity].reverse(), grants: [...turned.grants].reverse() };
      expect(decide(asked, around).allowed).toBe(decide(asked, given).allowed);
    }),
    runs,
  );
});

it.each([
  { Action: 's3:GetObject', Resource: '*' },
  { Action: '*', Resource: 'arn:aws:s3:::bucket' },
  { Action: '*', Resource: '*', Condition: { 'ForAnyValue:StringEquals': { 'aws:username': 'nobody at all' } } },
  { NotAction: '*', Resource: '*' },
])('a statement about something else changes nothing: %j', (other) => {
  fc.assert(
    fc.property(request, world, part, fc.constantFrom('Allow', 'Deny'), (asked, given, name, Effect) => {
      if (given[name] === undefined) return;
      const unrelated = { Effect, ...other, ...(kindOf(name) === 'naming' && { Principal: '*' }) };
      const after = decide(
        asked,
        changed(given, name, (statements) => [...statements, unrelated]),
      );
      expect(after).toEqual(decide(asked, given));
    }),
    { numRuns: 300 },
  );
});

it('a grant never widens a deny, and gives nothing without its grantee', () => {
  fc.assert(
    fc.property(request, world, (asked, given) => {
      const bare = evaluate(asked, { ...policiesIn(given), grants: [] });
      const decision = decide(asked, given);
      if (!bare.allowed && bare.explicit) expect(decision).toEqual(bare);
      if (decision.allowed && decision.by === 'grant') {
        const { arn, accountId, issuer } = asked.principal;
        const grantee = given.grants.find(({ GrantId }) => GrantId === decision.grant)?.GranteePrincipal;
        expect([arn, issuer?.arn, `arn:aws:iam::${accountId}:root`]).toContain(grantee);
      }
    }),
    runs,
  );
});

it('grants only add: without them nothing more is allowed', () => {
  fc.assert(
    fc.property(request, world, (asked, given) => {
      const without = decide(asked, { ...given, grants: [] });
      expect(!without.allowed || decide(asked, given).allowed).toBe(true);
    }),
    runs,
  );
});

it('a caller of another account is never allowed by the key policy alone', () => {
  fc.assert(
    fc.property(request, world, (asked, given) => {
      if (asked.resource.kind !== 'key' || asked.principal.accountId === asked.resource.accountId) return;
      if (asked.principal.type === 'AWSService' || asked.principal.type === 'Root') return;
      expect(decide(asked, { ...given, identity: [], grants: [] }).allowed).toBe(false);
    }),
    runs,
  );
});

it('what is allowed by statements is allowed by one that exists, and covers the caller only if the key policy admits it', () => {
  fc.assert(
    fc.property(request, world, (asked, given) => {
      const policies = policiesIn(given);
      const decision = evaluate(asked, policies);
      if (asked.resource.kind !== 'key' || !decision.allowed || decision.by === 'grant') return;
      expect(policies.key !== undefined && keyPolicyAdmits(asked, policies.key)).toBe(true);
      expect(decision.by === 'root' || decision.statement !== undefined).toBe(true);
    }),
    runs,
  );
});

it('every decision can be said in words, and a foreign refusal never names the key', () => {
  fc.assert(
    fc.property(request, world, (asked, given) => {
      const policies = policiesIn(given);
      const decision = evaluate(asked, policies);
      expect(explain(asked, policies, decision)[0]).toMatch(decision.allowed ? /^allowed: .+\.$/ : /^refused: .+\.$/);
      if (decision.allowed || asked.resource.kind !== 'key') return;
      const text = accessDeniedText(asked, decision);
      expect(text.includes(asked.resource.KeyId)).toBe(!decision.foreign);
    }),
    runs,
  );
});
