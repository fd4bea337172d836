import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askControl } from '../../../cli/control.ts';
import { writeFileAtomically } from '../../../local/files.ts';
import { type KmsServer, listen } from '../../../local/server.ts';
import { type LocalService, openLocalService } from '../../../local/service.ts';
import { newFolder, removeFolders } from '../../e2e/folders.ts';

const key = '1234abcd-12ab-34cd-56ef-1234567890ab';
const id = '111122223333';
const keysOf = (name: string) => ({
  accessKeyId: `AKIAEXAMPLE000${name}`.padEnd(20, '0'),
  secretAccessKey: 'x'.repeat(40),
});
const all = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'kms:*', Resource: '*' } };
const sessions = ['s1', 's2'].map((name) => ({ name, ...keysOf(name), sessionToken: 'token' }));
const principals = {
  accounts: [
    {
      id,
      users: [{ name: 'bob', ...keysOf('bob') }],
      roles: [{ name: 'Lab', policies: [all], sessions }],
      root: keysOf('r1'),
    },
    { id: '444455556666', root: keysOf('r2') },
  ],
};

describe('the question whether a principal may', () => {
  let dataDir: string;
  let service: LocalService;
  let server: KmsServer;

  beforeAll(async () => {
    dataDir = await newFolder();
    await mkdir(dataDir, { recursive: true });
    await writeFile(join(dataDir, 'principals.json'), JSON.stringify(principals));
    service = await openLocalService({ dataDir, inMemory: true, log: () => {} });
    server = await listen(service, { host: '0.0.0.0', port: 0 });
    await writeFileAtomically(join(dataDir, 'endpoint'), `http://0.0.0.0:${server.port}\n`, 0o600);
  });
  afterAll(async () => {
    await server?.stop();
    await service?.close();
    await removeFolders();
  });

  const ask = (question: object) => askControl(dataDir, 'simulate', question);
  const bob = { principal: 'bob', action: 'kms:ListKeys' };
  const lab = `arn:aws:sts::${id}:assumed-role/Lab/s1`;

  it.each(['Lab/s1', `${id}/Lab/s1`, lab])('knows the principal %s', async (principal) => {
    const answer = { allowed: true, principal: lab, action: 'kms:ListKeys', region: 'us-east-1', keys: [] };
    expect(await ask({ ...bob, principal })).toMatchObject(answer);
  });

  it('is about keys and aliases that are there', async () => {
    const question = { principal: 'Lab/s1', action: 'kms:DeleteAlias', alias: 'alias/none' };
    await expect(ask(question)).rejects.toThrow('alias/none is not found');
    const asked = { ...question, action: 'kms:CreateAlias', key };
    await expect(ask(asked)).rejects.toThrow(`key/${key}' does not exist`);
  });

  it.each([
    ['is no object', [], 'must be a JSON object'],
    ['says nothing', {}, "'principal'"],
    ['has a member too many', { ...bob, caller: 'x' }, 'no member caller'],
    ['has a member of the wrong type', { ...bob, context: 'x' }, 'Expected map or null'],
    [
      'is about nobody',
      { ...bob, principal: 'mallory' },
      `No principal is mallory; choose from arn:aws:iam::${id}:user/bob`,
    ],
    [
      'is about several',
      { ...bob, principal: 'root' },
      'Several principals are root; choose from arn:aws:iam::111122223333:root,',
    ],
    ['is about a role', { ...bob, principal: `arn:aws:iam::${id}:role/Lab` }, `acts in sessions; ask for one: ${lab},`],
    ['is about no permission', { ...bob, action: 'kms:ReEncrypt', key }, 'kms:ReEncryptFrom and kms:ReEncryptTo'],
    ['is about another service', { ...bob, action: 's3:GetObject' }, 'written like kms:Encrypt'],
    ['needs a key', { ...bob, action: 'kms:Encrypt' }, 'kms:Encrypt needs "key"'],
    ['needs an alias', { ...bob, action: 'kms:UpdateAlias', key }, 'kms:UpdateAlias needs "alias"'],
    ['has a key too many', { ...bob, key }, 'kms:ListKeys takes no "key"'],
    ['has an alias too many', { ...bob, action: 'kms:Sign', key, alias: 'alias/a' }, 'kms:Sign takes no "alias"'],
    ['has a context too many', { ...bob, action: 'kms:Sign', key, context: { a: 'b' } }, 'kms:Sign takes no "context"'],
    ['has a token too many', { ...bob, grantTokens: ['x'] }, 'kms:ListKeys takes no "grantTokens"'],
    ['has a condition key that is none', { ...bob, conditions: [{ name: 'x', values: ['y'] }] }, 'service:key'],
    ['is through no service', { ...bob, via: 's3.eu-west-1.amazonaws.com' }, 'no service of us-east-1'],
    ['is for no Region', { ...bob, region: '../x' }, 'not the name of a Region'],
  ])('is not answered when it %s', async (_, question, message) => {
    await expect(ask(question)).rejects.toThrow(message);
  });
});
