import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../core/policy/evaluate.ts';
import { explain } from '../../../core/policy/explain.ts';
import type { RetirableGrant } from '../../../core/policy/grants.ts';
import { cast, policiesOf, requestOf } from './cases.ts';

/** Who may retire a grant. Source: KMS Developer Guide, "Retiring and revoking grants". */

const owner = '111122223333';
const arnOf = (caller: string) => cast.callers[caller]?.arn;
const grant = (more: Partial<RetirableGrant>): RetirableGrant => ({
  GrantId: 'g',
  Operations: ['Decrypt'],
  AccountId: '777788889999',
  KeyAccountId: '777788889999',
  ...more,
});
const retiring = (caller: string, retires: RetirableGrant, policies: object = {}) => {
  const request = { ...requestOf({ it: '', caller, action: 'kms:RetireGrant' }), retires };
  const all = policiesOf({ it: '', ...policies });
  const decision = evaluate(request, all);
  return { ...decision, reasons: explain(request, all, decision) };
};
const withRetire = ['Decrypt', 'RetireGrant'];

describe('a grant lets itself be retired', () => {
  it.each([
    ['by its retiring principal, without any policy', 'alice', { RetiringPrincipal: arnOf('alice') }, {}, true],
    [
      'by its grantee, if it lists RetireGrant',
      'alice',
      { GranteePrincipal: arnOf('alice'), Operations: withRetire },
      {},
      true,
    ],
    ['by its grantee else not', 'alice', { GranteePrincipal: arnOf('alice') }, {}, false],
    ['by nobody whom it does not name', 'alice', { RetiringPrincipal: arnOf('bob') }, { identity: ['all'] }, false],
    ['by whom the account lets in which it was made', 'alice', { AccountId: owner }, { identity: ['all'] }, true],
    ['by others of that account not', 'alice', { AccountId: owner }, {}, false],
    ['by whom the account of the key lets', 'alice', { KeyAccountId: owner }, { identity: ['all'] }, true],
    [
      'by whom an account lets that is the retiring principal',
      'alice',
      { RetiringPrincipal: `arn:aws:iam::${owner}:root` },
      { identity: ['all'] },
      true,
    ],
    ['by the root user of the account in which it was made', 'root', { AccountId: owner }, {}, true],
    ['by nobody through the key policy', 'alice', {}, { key: 'names alice', identity: ['all'] }, false],
    [
      'in spite of a deny in the key policy, which has no say',
      'alice',
      { RetiringPrincipal: arnOf('alice') },
      { key: [{ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' }] },
      true,
    ],
    [
      'not where an identity policy denies',
      'alice',
      { RetiringPrincipal: arnOf('alice') },
      { identity: ['denies all'] },
      false,
    ],
    [
      'not through an endpoint that does not allow it',
      'alice',
      { RetiringPrincipal: arnOf('alice') },
      { endpoint: 'nothing' },
      false,
    ],
  ] as const)('%s', (_, caller, terms, policies, allowed) => {
    expect(retiring(caller, grant(terms), policies).allowed).toBe(allowed);
  });

  it('and says why not', () => {
    expect(retiring('alice', grant({})).reasons[0]).toContain('names alice neither');
  });
});
