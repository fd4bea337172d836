import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFault } from '../../local/json-fault.ts';
import { newPrincipalsFile } from '../../local/principals/new-file.ts';
import { parsePrincipals } from '../../local/principals/parse.ts';
import { PrincipalsError } from '../../local/principals.ts';

const allow = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] };
const deny = { Statement: { Effect: 'Deny', Action: '*', Resource: '*' } };
const key = (name: string) => ({ accessKeyId: `AKIA${name}`.padEnd(20, '2'), secretAccessKey: 'secret'.repeat(6) });

const account = {
  id: '111122223333',
  users: [
    { name: 'alice', path: '/team/red/', ...key('ALICE'), tags: { dept: 'lab' }, policies: [allow], boundary: deny },
  ],
  roles: [
    {
      name: 'Lab',
      path: '/labs/',
      tags: { dept: 'lab', colour: 'red' },
      policies: [allow],
      boundary: deny,
      sessions: [
        {
          name: 's1',
          ...key('SESSION'),
          sessionToken: 'token',
          created: '2026-12-31T23:00:00Z',
          expires: '2027-01-01T00:00:00Z',
          tags: { colour: 'blue' },
          policy: allow,
        },
      ],
    },
  ],
  root: key('ROOT'),
};
const parse = (document: unknown) => parsePrincipals(JSON.stringify(document)).principals;

describe('a principals file', () => {
  it.each([
    ['arn:aws:iam::111122223333:user/team/red/alice', true],
    ['arn:aws:iam::111122223333:user/alice', false],
    ['arn:aws:iam::111122223333:user/team/red/bob', false],
    ['arn:aws:iam::111122223333:role/labs/Lab', true],
    ['arn:aws:iam::111122223333:role/Lab', false],
    ['arn:aws:sts::111122223333:assumed-role/Lab/any-session', true],
    ['arn:aws:sts::111122223333:assumed-role/Gone/s1', false],
    ['arn:aws:sts::111122223333:federated-user/fred', true],
    ['arn:aws:iam::111122223333:root', true],
    ['111122223333', true],
    ['AIDAEXAMPLEEXAMPLE222', true],
    ['arn:aws:iam::999999999999:user/anybody', true],
  ])('knows of %s whether it exists, in the accounts that it has: %s', (principal, exists) => {
    expect(parsePrincipals(JSON.stringify({ accounts: [account] })).exists(principal)).toBe(exists);
  });

  it('gives users, with their path in the ARN', () => {
    expect(parse({ accounts: [account] })[0]).toEqual({
      type: 'IAMUser',
      accountId: '111122223333',
      arn: 'arn:aws:iam::111122223333:user/team/red/alice',
      principalId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
      userName: 'alice',
      ...key('ALICE'),
      tags: { dept: 'lab' },
      policies: [allow],
      boundary: deny,
    });
  });

  it('gives sessions of roles, without the path in their ARN, and their own tags before those of the role', () => {
    const principal = parse({ accounts: [account] })[1];
    const principalId = principal?.issuer?.principalId;
    expect(principalId).toMatch(/^AROA[A-Z2-7]{17}$/);
    expect(principal).toEqual({
      type: 'AssumedRole',
      accountId: '111122223333',
      arn: 'arn:aws:sts::111122223333:assumed-role/Lab/s1',
      principalId: `${principalId}:s1`,
      ...key('SESSION'),
      sessionToken: 'token',
      expires: new Date('2027-01-01T00:00:00Z'),
      tags: { dept: 'lab', colour: 'blue' },
      policies: [allow],
      boundary: deny,
      sessionPolicy: allow,
      session: { creationDate: '2026-12-31T23:00:00Z', mfaAuthenticated: false },
      issuer: {
        arn: 'arn:aws:iam::111122223333:role/labs/Lab',
        accountId: '111122223333',
        userName: 'Lab',
        principalId,
      },
    });
  });

  it('gives the root of an account', () => {
    expect(parse({ accounts: [account] })[2]).toEqual({
      type: 'Root',
      accountId: '111122223333',
      arn: 'arn:aws:iam::111122223333:root',
      principalId: '111122223333',
      ...key('ROOT'),
      tags: {},
      policies: [],
    });
  });

  it('needs no more than names, keys and ids', () => {
    const bare = { id: '444455556666', users: [{ name: 'x', ...key('X') }], roles: [{ name: 'R' }] };
    const principals = parse({ accounts: [bare, { id: '777788889999' }] });
    expect(principals).toHaveLength(1);
    expect(principals[0]).toMatchObject({ arn: 'arn:aws:iam::444455556666:user/x', tags: {}, policies: [] });
    expect(principals[0]).not.toHaveProperty('boundary');
  });

  it('gives the same ids each time, and others for another account, name or kind', () => {
    const ids = (id: string, name: string) => {
      const users = [{ name, ...key('U') }];
      const sessions = [{ name: 's1', ...key('S'), sessionToken: 't' }];
      return parse({ accounts: [{ id, users, roles: [{ name, sessions }] }] }).map(({ principalId }) =>
        principalId.slice(4),
      );
    };
    expect(ids('111122223333', 'a')).toEqual(ids('111122223333', 'a'));
    const all = [ids('111122223333', 'a'), ids('111122223334', 'a'), ids('111122223333', 'b')].flat();
    expect(new Set(all).size).toBe(6);
  });

  it('may start with a byte order mark, as editors on Windows write it', () => {
    expect(parsePrincipals(`\uFEFF${JSON.stringify({ accounts: [account] })}`).principals).toHaveLength(3);
  });
});

/** The account with one member replaced, by its place; undefined takes it away. */
const edited = (place: string, value: unknown): unknown => {
  const document = JSON.parse(JSON.stringify({ accounts: [account] }));
  const names = place.split(/[.[\]]+/).filter(Boolean);
  const last = names.pop() ?? '';
  let parent = document;
  for (const name of names) parent = parent[name];
  parent[last] = value;
  return document;
};

describe('a broken principals file', () => {
  it.each<[place: string, value: unknown, problem: string]>([
    ['accounts', undefined, 'accounts must be an array'],
    ['accounts[0]', 7, 'accounts[0] must be an object'],
    ['accounts[0].id', 111122223333, 'accounts[0].id must be a string of 12 digits'],
    ['accounts[0].id', '11112222333', 'accounts[0].id must be a string of 12 digits'],
    ['accounts[0].users', {}, 'accounts[0].users must be an array'],
    ['accounts[0].users[1]', null, 'accounts[0].users[1] must be an object'],
    ['accounts[0].users[0].name', 'a/b', 'accounts[0].users[0].name must be 1 to 64 letters, digits or any of _+=,.@-'],
    ['accounts[0].users[0].name', undefined, 'accounts[0].users[0].name must be 1 to 64 letters'],
    ['accounts[0].users[0].path', 'team', 'accounts[0].users[0].path must be a path that starts and ends with /'],
    ['accounts[0].users[0].accessKeyId', 'AKIA/', 'accounts[0].users[0].accessKeyId must be 16 to 128 letters'],
    [
      'accounts[0].users[0].secretAccessKey',
      'hunter2',
      'accounts[0].users[0].secretAccessKey must be 16 to 128 printable',
    ],
    ['accounts[0].users[0].tags', [], 'accounts[0].users[0].tags must be an object'],
    ['accounts[0].users[0].tags.dept', 7, 'accounts[0].users[0].tags.dept must be a text of at most 256 characters'],
    ['accounts[0].users[0].policies', allow, 'accounts[0].users[0].policies must be an array'],
    ['accounts[0].users[0].policies[0]', 'x', 'accounts[0].users[0].policies[0] must be an object'],
    ['accounts[0].users[0].boundary', {}, 'accounts[0].users[0].boundary must be a policy document with a Statement'],
    ['accounts[0].users[0].boundry', deny, 'accounts[0].users[0].boundry is not known here; known: name, path,'],
    [
      'accounts[0].roles[0].sessions[0].sessionToken',
      undefined,
      'accounts[0].roles[0].sessions[0].sessionToken must be 1 to',
    ],
    [
      'accounts[0].roles[0].sessions[0].expires',
      'soon',
      'sessions[0].expires must be an instant like 2027-01-01T00:00:00Z',
    ],
    ['accounts[0].roles[0].sessions[0].expires', '2027-02-30T00:00:00Z', 'expires must be a day that exists'],
    ['accounts[0].roles[0].sessions[0].expires', '2027-13-01T00:00:00Z', 'expires must be an instant that exists'],
    ['accounts[0].root.secretAccessKey', null, 'accounts[0].root.secretAccessKey must be 16 to 128 printable'],
    ['accounts[1]', { id: account.id }, 'accounts[1].id must be unique, but is the same as accounts[0].id'],
    [
      'accounts[0].users[1]',
      { name: 'Alice', ...key('B') },
      'users[1].name must be unique, but is the same as accounts[0].users[0].name',
    ],
    ['accounts[0].users[1]', { name: 'bob', ...key('ALICE') }, 'accounts[0].users[1].accessKeyId must be unique'],
    ['accounts[0].roles[1]', { name: 'Lab' }, 'accounts[0].roles[1].name must be unique'],
    [
      'accounts[0].root',
      key('SESSION'),
      'accounts[0].root.accessKeyId must be unique, but is the same as accounts[0].roles[0].sessions[0].accessKeyId',
    ],
    ['accounts[1]', { id: '444455556666', root: key('ROOT') }, 'accounts[1].root.accessKeyId must be unique'],
  ])('with %s = %j is refused with the place', (place, value, problem) => {
    const attempt = () => parse(edited(place, value));
    expect(attempt).toThrow(PrincipalsError);
    expect(attempt).toThrow(problem);
  });

  it('is refused without a word of the secrets in it', () => {
    const spoilt = JSON.stringify(edited('accounts[0].users[0].secretAccessKey', 'hunter2 hunter2 hunter2'));
    for (const text of [spoilt, spoilt.slice(0, -2), spoilt.replaceAll('"hunter2', '"\nhunter2'), 'hunter2']) {
      expect(() => parsePrincipals(text)).toThrow(PrincipalsError);
      expect(() => parsePrincipals(text)).not.toThrow(/hunter2/);
    }
  });

  it.each<[text: string, place: string]>([
    ['', 'line 1, column 1'],
    ['{\n  "accounts": [\n  ],\n}', 'line 4, column 1'],
    ['{\n  "accounts": [}', 'line 2, column 16'],
    ['{ "accounts": [] } x', 'line 1, column 20'],
    ['{ "a": "b\n" }', 'line 1, column 10'],
    ['{ "a": "\\x" }', 'line 1, column 9'],
    ['{ "a": tru }', 'line 1, column 8'],
    ['{ "a": 01 }', 'line 1, column 8'],
    ['{ "a" "b" }', 'line 1, column 7'],
    ["{ 'a': 1 }", 'line 1, column 3'],
    ['{ "accounts": [', 'line 1, column 16'],
  ])('that reads %j is refused with line and column', (text, place) => {
    expect(() => parsePrincipals(text)).toThrow(new PrincipalsError(`${place}: not valid JSON`));
  });

  it('has a fault in its JSON exactly when JSON.parse finds one', () => {
    const mutated = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '"', '\\', '}', ']', '{', '[', ':', ' ', '0', '-', 'e', '\n', '\u0001'),
        fc.nat(2),
      )
      .map(
        ([json, at, insert, cut]) =>
          json.slice(0, at % (json.length + 1)) + insert + json.slice((at % (json.length + 1)) + cut),
      );
    const parses = (text: string) => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(mutated, (text) => {
        expect(jsonFault(text) === undefined).toBe(parses(text));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('the principals of a new installation', () => {
  it('are admin, alice and bob in one account, partner in another, and both roots', () => {
    const { principals } = parsePrincipals(newPrincipalsFile(randomBytes));
    expect(principals.map(({ arn }) => arn)).toEqual([
      'arn:aws:iam::111122223333:user/admin',
      'arn:aws:iam::111122223333:user/alice',
      'arn:aws:iam::111122223333:user/bob',
      'arn:aws:iam::111122223333:root',
      'arn:aws:iam::444455556666:user/partner',
      'arn:aws:iam::444455556666:root',
    ]);
    expect(principals.filter(({ policies }) => policies.length > 0).map(({ userName }) => userName)).toEqual([
      'admin',
      'partner',
    ]);
    expect(principals[0]?.policies).toEqual([allow]);
  });

  it('have random keys in the form of AWS, other ones each time', () => {
    const keys = [newPrincipalsFile(randomBytes), newPrincipalsFile(randomBytes)].flatMap(
      (text) => parsePrincipals(text).principals,
    );
    for (const { accessKeyId, secretAccessKey } of keys) {
      expect(accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
      expect(secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/);
    }
    expect(new Set(keys.flatMap(({ accessKeyId, secretAccessKey }) => [accessKeyId, secretAccessKey])).size).toBe(24);
  });

  it('have each character that the random bytes give', () => {
    const counting = (length: number) => Buffer.from(Array.from({ length }, (_, i) => 255 - i));
    const [admin] = JSON.parse(newPrincipalsFile(counting)).accounts[0].users;
    expect(admin.accessKeyId).toBe('AKIA765432ZYXWVUTSRQ');
    expect(admin.secretAccessKey).toBe('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');
  });

  it('are written for people to edit', () => {
    expect(newPrincipalsFile(randomBytes)).toMatch(
      /^\{\n {2}"accounts": \[\n {4}\{\n {6}"id": "111122223333",\n[\s\S]*\}\n$/,
    );
  });
});
