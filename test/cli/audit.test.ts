import { describe, expect, it } from 'vitest';
import { type Filters, wantedBy } from '../../cli/audit/filters.ts';
import { rowOf } from '../../cli/audit/told.ts';

const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
const Arn = `arn:aws:kms:us-east-1:111122223333:key/${keyId}`;
const record = {
  eventTime: '2026-11-21T12:00:00Z',
  eventName: 'Encrypt',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/lab/alice', accountId: '111122223333' },
  requestParameters: { keyId: 'alias/app', encryptionContext: { tenant: '42', empty: '' } },
  resources: [{ ARN: Arn }],
  additionalEventData: { reasons: ['allowed: statement 1 allows it', 'and more'] },
};
const refused = { ...record, errorCode: 'AccessDenied', requestParameters: { keyId } };
const matches = (filters: Filters, one: Record<string, unknown> = record) => wantedBy(filters).matches(one);

describe('a filter', () => {
  it.each<[Filters, boolean]>([
    [{}, true],
    [{ key: keyId }, true],
    [{ key: Arn }, true],
    [{ key: 'alias/app' }, true],
    [{ key: 'alias/ap' }, false],
    [{ key: '567890ab' }, false],
    [{ principal: 'alice' }, true],
    [{ principal: 'arn:aws:iam::111122223333:user/lab/alice' }, true],
    [{ principal: 'lice' }, false],
    [{ operation: 'encrypt' }, true],
    [{ operation: 'Decrypt' }, false],
    [{ error: 'none' }, true],
    [{ error: 'any' }, false],
    [{ context: ['tenant=42'] }, true],
    [{ context: ['tenant=42', 'empty='] }, true],
    [{ context: ['tenant=42', 'user=7'] }, false],
    [{ context: ['Tenant=42'] }, false],
    [{ from: '2026-11-21' }, true],
    [{ from: '2026-11-21T12:00:01Z' }, false],
    [{ to: '2026-11-21T12:00:00Z' }, true],
    [{ to: '2026-11-21' }, false],
    [{ key: keyId, operation: 'Decrypt' }, false],
  ])('%j finds a call: %s', (filters, expected) => {
    expect(matches(filters)).toBe(expected);
  });

  it('finds errors by their code, or any', () => {
    expect(matches({ error: 'AccessDenied' }, refused)).toBe(true);
    expect(matches({ error: 'any' }, refused)).toBe(true);
    expect(matches({ error: 'DisabledException' }, refused)).toBe(false);
  });

  it('finds either context of ReEncrypt, and takes records of any form', () => {
    const moved = { requestParameters: { destinationEncryptionContext: { a: 'b=c' } } };
    expect(matches({ context: ['a=b=c'] }, moved)).toBe(true);
    expect(matches({ context: ['a=b'], key: keyId, principal: 'x' }, {})).toBe(false);
    expect(matches({ context: ['a=b'] }, { requestParameters: { encryptionContext: null } })).toBe(false);
  });

  it.each([{ from: 'yesterday' }, { to: '2026-13-01' }, { context: ['tenant'] }, { context: ['=42'] }])(
    'is refused when it cannot be read: %j',
    (filters) => {
      expect(() => wantedBy(filters)).toThrow(/must be/);
    },
  );
});

describe('a line', () => {
  it('tells when, who, what, on which key as it was named, with what result, and why', () => {
    const why = 'statement 1 allows it';
    expect(rowOf(record)).toEqual(['2026-11-21T12:00:00Z', 'alice', 'Encrypt', 'alias/app', 'ok', why]);
    expect(rowOf(refused).slice(3, 5)).toEqual([keyId, 'AccessDenied']);
  });

  it('tells of services, of other accounts, and of nothing', () => {
    expect(rowOf({ userIdentity: { invokedBy: 'AWS Internal' } })[1]).toBe('AWS Internal');
    expect(rowOf({ userIdentity: { principalId: 'AIDA1', accountId: '444455556666' } })[1]).toBe(
      'AIDA1 of 444455556666',
    );
    expect(rowOf({})).toEqual(['', 'unknown', '', '-', 'ok', '']);
  });

  it('cannot move the cursor of a terminal', () => {
    expect(rowOf({ requestParameters: { keyId: 'alias/\u001b[2J' } }).join('')).not.toContain('\u001b');
  });
});
