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
const roleOfLab = 'arn:aws:iam::111122223333:role/team/Lab';
const roleOfGuest = 'arn:aws:iam::444455556666:role/Guest';
const sessionOfGuest = 'arn:aws:sts::444455556666:assumed-role/Guest/g1';

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

  it.each([
    [
      'the session itself, whatever limits it',
      'lab',
      'arn:aws:sts::111122223333:assumed-role/Lab/s1',
      owner,
      [],
      true,
      'grant',
    ],
    ['sessions of a role not, where their policy is silent', 'lab', roleOfLab, owner, ['all'], false, 'session'],
    ['another account not by itself', 'partnerRole', roleOfGuest, owner, [], false, 'session'],
    ['nor a session of it', 'partnerRole', sessionOfGuest, owner, [], false, 'identity'],
    [
      'a session of it by a grant that was made there',
      'partnerRole',
      sessionOfGuest,
      '444455556666',
      [],
      true,
      'grant',
    ],
  ] as const)('with a silent session policy: %s', (_, caller, arn, AccountId, identity, allowed, by) => {
    for (const named of [{ RetiringPrincipal: arn }, { GranteePrincipal: arn, Operations: withRetire }]) {
      const policies = { identity, session: 'nothing' };
      const decision = retiring(caller, grant({ ...named, AccountId, KeyAccountId: owner }), policies);
      expect(decision).toMatchObject({ allowed, by });
    }
  });

  it('in another account, with its identity policy', () => {
    const ofOwner = grant({ RetiringPrincipal: sessionOfGuest, AccountId: owner, KeyAccountId: owner });
    expect(retiring('partnerRole', ofOwner)).toMatchObject({ allowed: false, by: 'identity' });
    expect(retiring('partnerRole', ofOwner, { identity: ['all'] })).toMatchObject({ allowed: true, by: 'grant' });
  });

  it('and says why not', () => {
    expect(retiring('alice', grant({})).reasons[0]).toContain('names alice neither');
    const elsewhere = grant({ RetiringPrincipal: sessionOfGuest, AccountId: owner, KeyAccountId: owner });
    expect(retiring('partnerRole', elsewhere).reasons[0]).toBe(
      'refused: grant g may be retired by Guest/g1, but was made in account 111122223333, and no identity policy of an account that may retire it allows kms:RetireGrant.',
    );
  });
});
