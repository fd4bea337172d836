import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../core/policy/evaluate.ts';
import { explain } from '../../../core/policy/explain.ts';
import { operatorNames } from '../../../core/policy/operators.ts';
import { checkPolicy, compilePolicy } from '../../../core/policy/policy.ts';
import type { PolicyKind } from '../../../core/policy/reading.ts';
import type { AccessRequest, Policies } from '../../../core/policy/request.ts';
import { anyText } from '../../any-text.ts';
import { request, statement, variable } from './arbitraries.ts';
import { documentOf } from './cases.ts';

const kinds: readonly PolicyKind[] = ['key', 'identity', 'boundary', 'session', 'endpoint'];
const kind = fc.constantFrom(...kinds);
const everybody = compilePolicy(documentOf('everybody'), 'key');
const delegating = compilePolicy(documentOf('delegates'), 'key');
const all = compilePolicy(documentOf('all'), 'identity');

/** Words of the language and hostile texts, where anything may stand anywhere. */
const word = fc.oneof(
  fc.constantFrom('Allow', 'Deny', '*', 'kms:*', 'kms:Decrypt', '2012-10-17', '111122223333', 'arn:aws:kms:*:*:key/*'),
  fc.constantFrom(
    variable('aws:username'),
    '${',
    variable('*'),
    variable("a:b, 'c'"),
    '',
    'true',
    '__proto__',
    'constructor',
    'AWS',
    '10.0.0.0/8',
  ),
  fc.constantFrom(...operatorNames, 'ForAllValues:StringLike', 'ForAnyValue:', 'StringEqualsIfExists', 'aws:username'),
  anyText({ maxLength: 8 }),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    word,
    fc.constantFrom(null, true, false, 0, -1, 1e21),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(word, fc.constantFrom('Statement', 'Effect', 'Action', 'Condition')), tie('tree'), {
      maxKeys: 4,
    }),
  ),
}));
const elements = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];
const nearStatement = fc.dictionary(fc.constantFrom(...elements, 'Resources'), tree, { maxKeys: 6 });
const nearDocument = fc.record(
  {
    Version: fc.oneof(fc.constant('2012-10-17'), tree),
    Id: tree,
    Statement: fc.oneof(nearStatement, fc.array(nearStatement), tree),
  },
  { requiredKeys: ['Statement'] },
);

/** A policy in the place of its kind; what else is needed to allow is there. */
const placed: { readonly [Kind in PolicyKind]: (document: string | object) => Policies } = {
  key: (document) => ({ key: compilePolicy(document, 'key'), identity: [all] }),
  identity: (document) => ({ key: delegating, identity: [compilePolicy(document, 'identity')] }),
  boundary: (document) => ({ key: everybody, identity: [all], boundary: compilePolicy(document, 'boundary') }),
  session: (document) => ({ key: everybody, identity: [all], session: compilePolicy(document, 'session') }),
  endpoint: (document) => ({ key: everybody, identity: [all], endpoint: compilePolicy(document, 'endpoint') }),
};

const askWith = (document: string | object, policyKind: PolicyKind, asked: AccessRequest) => {
  const policies = placed[policyKind](document);
  const decision = evaluate(asked, policies);
  explain(asked, policies, decision);
  return decision;
};

describe('policies made of anything', () => {
  it('never throw, as JSON text or as objects', () => {
    fc.assert(
      fc.property(fc.oneof(nearDocument, tree), kind, request, (document, policyKind, asked) => {
        const text = JSON.stringify(document);
        askWith(text, policyKind, asked);
        checkPolicy(text, policyKind);
        if (typeof document === 'object' && document !== null) askWith(document, policyKind, asked);
      }),
      { numRuns: 1000 },
    );
  });

  it('never throw, as texts that are no JSON, and deny everything', () => {
    fc.assert(
      fc.property(anyText(), kind, request, (text, policyKind, asked) => {
        let isObject = false;
        try {
          const parsed: unknown = JSON.parse(text);
          isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
        } catch {}
        const decision = askWith(text, policyKind, asked);
        const counts = policyKind !== 'key' || asked.resource.kind === 'key';
        if (!isObject && counts) expect(decision).toMatchObject({ allowed: false, explicit: true, by: policyKind });
      }),
      { numRuns: 1000 },
    );
  });

  it('allow nothing where checkPolicy finds a fault in their only statement', () => {
    const giving = fc.constantFrom<PolicyKind>('key', 'identity', 'endpoint');
    fc.assert(
      fc.property(nearStatement, giving, request, (given, policyKind, asked) => {
        const document = { Version: '2012-10-17', Statement: [given] };
        const faults = checkPolicy(document, policyKind).filter(
          ({ where, message }) => !where.endsWith('.Sid') && !message.startsWith('OverlyPermissive'),
        );
        if (faults.length === 0 || (policyKind === 'key' && asked.resource.kind !== 'key')) return;
        if (policyKind === 'identity' && asked.principal.type === 'Root') return;
        expect(askWith(document, policyKind, asked).allowed).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a sound Allow with one fault', () => {
  const faults: readonly ((statement: Readonly<Record<string, unknown>>) => object)[] = [
    (sound) => ({ ...sound, Effect: 'allow' }),
    ({ Effect: _, ...sound }) => sound,
    (sound) => ({ ...sound, Extra: 1 }),
    (sound) => ({ ...sound, Sid: 1 }),
    (sound) => ({ ...sound, Action: 'kms:*', NotAction: 's3:*' }),
    (sound) => ({ ...sound, Resource: 'x' }),
    (sound) => ({ ...sound, Condition: { StringMatches: { 'aws:username': 'a' } } }),
    (sound) => ({ ...sound, Condition: { StringEquals: { username: 'a' } } }),
    (sound) => ({ ...sound, Condition: { StringNotEquals: { 'aws:username': {} } } }),
    (sound) => ({ ...sound, Condition: [] }),
  ];

  it.each(faults.map((fault) => [String(fault), fault] as const))('gives nothing: %s', (_, fault) => {
    fc.assert(
      fc.property(statement('own', 'Allow'), request, (sound, asked) => {
        if (asked.principal.type === 'Root') return;
        const broken = fault({ ...sound });
        expect(askWith({ Version: '2012-10-17', Statement: [broken] }, 'identity', asked).allowed).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('made a Deny, denies at least what it denied without the fault', () => {
    fc.assert(
      fc.property(statement('own', 'Deny'), fc.constantFrom(...faults.slice(2)), request, (sound, fault, asked) => {
        const document = (each: object) => ({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }, each],
        });
        const { Condition: _, ...unconditional } = { Condition: {}, ...sound };
        if (!askWith(document(unconditional), 'identity', asked).allowed) {
          const broken = fault(unconditional);
          const refused = !askWith(document(broken), 'identity', asked).allowed;
          // a fault in an element replaces it: then it covers all, so the others decide as before
          expect(refused).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
