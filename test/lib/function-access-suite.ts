import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { grantOperations } from '../../core/model/grant.ts';
import { tables } from '../../core/model/tables.ts';
import type { Operation } from '../../lambdas/operation.ts';
import { operations } from '../../lambdas/operations/index.ts';
import type { schedules } from '../../lambdas/schedules/index.ts';
import { issue } from '../attestation.ts';
import { referenceOf, resourcesOf, synthesise } from './synthesis.ts';

const template = synthesise();
const functions = resourcesOf(template, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties);
const roles = new Map(resourcesOf(template, 'AWS::IAM::Role'));
const [rootSecret] = resourcesOf(template, 'AWS::SecretsManager::Secret').find(([id]) =>
  id.startsWith('RootSecret'),
) ?? [''];
const [auditQueue] = resourcesOf(template, 'AWS::SQS::Queue').find(
  ([, { Properties }]) => Properties.RedrivePolicy,
) ?? [''];
const [failedSchedules] = resourcesOf(template, 'AWS::SQS::Queue').find(([id]) => id.startsWith('Schedules')) ?? [''];
const tableNames = new Map(
  resourcesOf(template, 'AWS::DynamoDB::Table').map(([id, { Properties }]) => [
    id,
    String(Properties.TableName).replace('serverless-kms-', ''),
  ]),
);

const functionOf = (name: string) => {
  const found = functions.find(({ Code }) => Code.ZipFile === name);
  if (found === undefined) throw new Error(`no function for ${name}`);
  return found;
};

const listed = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** What the function of an operation may do, as `action resource`; tables by their names, others by what they are. */
const grantsOf = (name: string): string[] => {
  const { Role, LoggingConfig } = functionOf(name);
  const role = roles.get(referenceOf(Role))?.Properties;
  expect(role.ManagedPolicyArns).toBeUndefined();
  expect(role.AssumeRolePolicyDocument.Statement).toMatchObject([{ Principal: { Service: 'lambda.amazonaws.com' } }]);
  const known = new Map([
    ...tableNames,
    [rootSecret, 'root secret'],
    [auditQueue, 'audit queue'],
    [failedSchedules, 'failed schedules'],
    [referenceOf(LoggingConfig.LogGroup), 'own logs'],
  ]);
  const named = (resource: string) => {
    const [id = '', ...rest] = resource.split('/');
    return [known.get(id) ?? `UNKNOWN ${id}`, ...rest].join('/');
  };
  const grants = role.Policies.flatMap((policy: { PolicyDocument: { Statement: Record<string, unknown>[] } }) =>
    policy.PolicyDocument.Statement.flatMap(({ Effect, Action, Resource, ...more }) => {
      expect({ Effect, more }).toEqual({ Effect: 'Allow', more: {} });
      return listed(Action).flatMap((action) =>
        listed(Resource).map((resource) => `${action} ${named(referenceOf(resource))}`),
      );
    }),
  );
  return grants.toSorted();
};

const everyFunction = ['logs:CreateLogStream own logs', 'logs:PutLogEvents own logs'];
const everyOperation = [...everyFunction, 'sqs:SendMessage audit queue'];
const findingKeys = ['dynamodb:Query keys'];
const lookingUpGrants = ['dynamodb:GetItem grants', 'dynamodb:Query grants/index/by-grantee'];
const pinned: Record<string, string[]> = {
  GenerateRandom: [],
  // It makes AWS managed keys.
  DescribeKey: [
    ...findingKeys,
    'dynamodb:DeleteItem keys',
    'dynamodb:GetItem aliases',
    'dynamodb:PutItem aliases',
    'dynamodb:PutItem keys',
    ...lookingUpGrants,
    'secretsmanager:GetSecretValue root secret',
  ],
  Encrypt: [
    ...findingKeys,
    'dynamodb:GetItem keys', // their material
    'dynamodb:GetItem aliases',
    'dynamodb:PutItem usage', // and no key
    ...lookingUpGrants,
    'secretsmanager:GetSecretValue root secret',
  ],
  CreateKey: [
    'dynamodb:PutItem keys',
    'dynamodb:Query keys/index/by-account',
    'secretsmanager:GetSecretValue root secret',
  ],
  ListKeys: ['dynamodb:Query keys/index/by-account'],
  EnableKey: [...findingKeys, 'dynamodb:PutItem keys'],
  DeleteAlias: [...findingKeys, 'dynamodb:DeleteItem aliases', 'dynamodb:GetItem aliases'],
  RetireGrant: [...findingKeys, 'dynamodb:DeleteItem grants', 'dynamodb:GetItem grants'],
};

it.each(Object.entries(pinned))('lets %s do exactly this', (name, grants) => {
  expect(grantsOf(name)).toEqual([...everyOperation, ...grants].toSorted());
});

const findingDueKeys = ['dynamodb:Query keys', 'dynamodb:Query keys/index/due'];
const announcing = ['dynamodb:PutItem keys', 'sqs:SendMessage audit queue'];
const relating = ['dynamodb:DeleteItem keys', 'dynamodb:GetItem keys', 'dynamodb:PutItem keys'];
const clearing = [
  'dynamodb:DeleteItem aliases',
  'dynamodb:DeleteItem grants',
  'dynamodb:Query aliases/index/by-key',
  'dynamodb:Query grants',
];
const pinnedSchedules: Record<(typeof schedules)[number]['name'], string[]> = {
  AnnounceEvents: [...findingDueKeys, ...announcing],
  DrainOutbox: [...findingDueKeys, ...relating],
  ExpireKeyMaterial: [...findingDueKeys, ...announcing, 'dynamodb:DeleteItem keys', 'dynamodb:GetItem keys'],
  RotateKeys: [
    ...findingDueKeys,
    ...relating,
    'sqs:SendMessage audit queue',
    'secretsmanager:GetSecretValue root secret',
  ],
  DeleteKeys: [...findingDueKeys, ...announcing, ...clearing, 'dynamodb:DeleteItem keys', 'dynamodb:DeleteItem usage'],
  SweepOrphans: [
    ...findingDueKeys.slice(0, 1),
    ...relating,
    'dynamodb:DeleteItem aliases',
    'dynamodb:DeleteItem grants',
    'dynamodb:Scan aliases',
    'dynamodb:Scan grants',
    'dynamodb:Scan keys',
  ],
  RewrapMaterial: [
    ...findingKeys,
    'dynamodb:GetItem keys',
    'dynamodb:PutItem keys',
    'dynamodb:Scan keys',
    'secretsmanager:GetSecretValue root secret',
  ],
  WarnOfExpiry: findingDueKeys,
};

it.each(Object.entries(pinnedSchedules))('lets the schedule %s do exactly this', (name, grants) => {
  expect(grantsOf(name)).toEqual([...everyFunction, 'sqs:SendMessage failed schedules', ...grants].toSorted());
  const { Variables } = functionOf(name).Environment;
  expect('ROOT_ARNS' in Variables).toBe(['RotateKeys', 'RewrapMaterial'].includes(name));
});

const grantable = new Set<string>(grantOperations);

/** Written out anew, so that a slip in the code under test is not a slip in the test. */
const usesKeys = ({ keys, uses }: Operation): boolean =>
  uses.material === 'use' && Object.values(keys).some(({ usage }) => usage !== undefined);
const mayTouch = (operation: Operation): Set<string> => {
  const { name, keys, uses } = operation;
  const found = Object.values(keys);
  return new Set([
    ...Object.keys(tables).filter((table) => table in uses),
    ...(found.length > 0 || uses.regions ? ['keys'] : []),
    ...(found.some(({ byAlias }) => byAlias !== undefined) ? ['aliases'] : []),
    ...(usesKeys(operation) || found.some(({ idleDays }) => idleDays) ? ['usage'] : []),
    ...(found.some(({ permission }) => grantable.has(permission ?? name)) ? ['grants'] : []),
  ]);
};

/** The tables that it writes to, or that the pipeline writes to for it. */
const mayWrite = (operation: Operation): Set<string> => {
  const { uses } = operation;
  const own = Object.keys(tables).filter((table) =>
    uses[table as keyof typeof tables]?.some((called) => /^(create|update|delete)/.test(called)),
  );
  const managed = uses.managedKeys === 'make' ? ['keys', 'aliases'] : [];
  return new Set([...own, ...managed, ...(uses.regions ? ['keys'] : []), ...(usesKeys(operation) ? ['usage'] : [])]);
};
const needsRoot = ({ uses }: Operation): boolean => uses.material !== undefined || uses.managedKeys === 'make';

it.each(operations.map((operation) => [operation.name, operation as Operation] as const))(
  'lets %s touch just the tables, the secret and the queue it needs',
  (name, operation) => {
    const grants = grantsOf(name).map((grant) => grant.split(' '));
    const tableGrants = grants.filter(([action = '']) => action.startsWith('dynamodb:'));
    expect(new Set(tableGrants.map(([, resource = '']) => resource.replace(/\/.*/, '')))).toEqual(mayTouch(operation));

    const written = tableGrants.filter(([action = '']) => !/:(GetItem|Query)$/.test(action));
    for (const [action] of written) expect(action).toMatch(/:(Put|Delete)Item$/);
    expect(new Set(written.map(([, resource]) => resource))).toEqual(mayWrite(operation));

    const others = grants.filter((grant) => !tableGrants.includes(grant)).map((grant) => grant.join(' '));
    const secret = needsRoot(operation) ? ['secretsmanager:GetSecretValue root secret'] : [];
    expect(others).toEqual([...everyOperation, ...secret].toSorted());
  },
);

it.each(operations.map((operation) => [operation.name, operation as Operation] as const))(
  'tells %s of what it may use, and of nothing else',
  (name, operation) => {
    const { Variables } = functionOf(name).Environment;
    const told = Object.entries(Variables).map(([variable, value]) => [variable, referenceOf(value)]);
    const tableId = (wanted: string) => [...tableNames].find(([, table]) => table === wanted)?.[0];
    const material = needsRoot(operation);
    expect(Object.fromEntries(told)).toEqual({
      AUDIT_QUEUE_URL: auditQueue,
      ...Object.fromEntries([...mayTouch(operation)].map((table) => [`${table.toUpperCase()}_TABLE`, tableId(table)])),
      ...(material && { ROOT_ARNS: rootSecret, INSTALLATION_ID: 'serverless-kms' }),
    });
  },
);

it('hands the attestation roots, and nothing else of their file, to the functions that answer for recipients', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'roots-'));
  try {
    const [one, other] = [await issue(), await issue()];
    const file = join(folder, 'roots.pem');
    writeFileSync(file, `# our roots\n${one.pem}${other.pem}-----BEGIN PRIVATE KEY-----\nsecret\n`);
    const told = resourcesOf(synthesise({ attestationRoot: file }), 'AWS::Lambda::Function').flatMap(
      ([, { Properties }]) => {
        const roots = Properties.Environment.Variables.ATTESTATION_ROOTS;
        return roots === undefined ? [] : [[Properties.Code.ZipFile, roots]];
      },
    );
    const attested = operations.flatMap(({ name, recipient }) => (recipient ? [name] : []));
    expect(told.toSorted()).toEqual(attested.map((name) => [name, one.pem + other.pem]).toSorted());
    const empty = join(folder, 'empty.pem');
    writeFileSync(empty, 'no certificate');
    expect(() => synthesise({ attestationRoot: empty })).toThrow('there is no certificate in PEM');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('knows every table of the template', () => {
  expect([...tableNames.values()].toSorted()).toEqual(['audit-claims', ...Object.keys(tables)].toSorted());
});
