import { expect, it } from 'vitest';
import type { Operation } from '../../lambdas/operation.ts';
import { operations } from '../../lambdas/operations/index.ts';
import type { Schedule } from '../../lambdas/schedule.ts';
import { schedules } from '../../lambdas/schedules/index.ts';
import { referenceOf, resourcesOf, synthesise, synthesiseAll } from './synthesis.ts';

const home = 'us-east-1';
const sisters = ['eu-west-1', 'ap-south-1'];
const regions = [home, ...sisters];
const { templates, stacks } = synthesiseAll({ replicaRegions: sisters.join() }, home);
const templateOf = (region: string) => templates.get(region) ?? expect.fail(`no stack in ${region}`);
const declared: readonly (Operation | Schedule)[] = [...operations, ...schedules];
const listed = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

it('puts one stack into each Region, all of one name, the home Region first', () => {
  expect(stacks.map(({ region, stackName }) => [region, stackName])).toEqual(
    regions.map((region) => [region, 'serverless-kms']),
  );
  const [first, ...others] = stacks;
  for (const stack of others) expect(stack.dependencies).toEqual([first]);
});

it('is one stack of any Region without replicaRegions', () => {
  const alone = synthesiseAll({}, home).stacks;
  expect(alone).toHaveLength(1);
  expect(alone[0]?.environment).toBe('aws://unknown-account/unknown-region');
});

it('makes the same tables and functions everywhere, and replaces none when replica Regions are added', () => {
  const namesOf = (template: ReturnType<typeof synthesise>, type: string) =>
    resourcesOf(template, type).map(([id, { Properties }]) => [id, Properties.TableName ?? Properties.Code?.ZipFile]);
  for (const type of ['AWS::DynamoDB::Table', 'AWS::Lambda::Function']) {
    const alone = namesOf(synthesise(), type);
    for (const region of regions) expect(namesOf(templateOf(region), type)).toEqual(alone);
  }
});

// Whoever changes how the secret is generated has CloudFormation generate it anew: all keys would be lost.
it('makes the root secret in the home Region, as it would alone, and has Secrets Manager replicate it', () => {
  const rootOf = (template: ReturnType<typeof synthesise>) =>
    resourcesOf(template, 'AWS::SecretsManager::Secret').filter(([name]) => !name.startsWith('AuditTrail'));
  const [[id, secret] = ['', undefined]] = rootOf(templateOf(home));
  const [[aloneId, alone] = ['', undefined]] = rootOf(synthesise());
  expect(id).toBe(aloneId);
  expect(secret?.Properties).toEqual({ ...alone?.Properties, ReplicaRegions: sisters.map((Region) => ({ Region })) });
  for (const region of sisters) {
    expect(rootOf(templateOf(region))).toEqual([]);
    templateOf(region).resourceCountIs('AWS::SecretsManager::ResourcePolicy', 0);
  }
});

it('has functions of a sister stack read the replica of the root secret, and no other secret', () => {
  for (const region of sisters) {
    const template = templateOf(region);
    for (const [, { Properties }] of resourcesOf(template, 'AWS::Lambda::Function')) {
      const { ROOT_ARNS: secret } = Properties.Environment.Variables;
      if (secret !== undefined) expect(secret).toBe('serverless-kms/root-1');
    }
    const readable = statementsOf(template).filter(
      // Signing is apart: each Region has a key of its own.
      ({ name, actions }) => actions.includes('secretsmanager:GetSecretValue') && name !== 'MakeAuditDigests',
    );
    expect(readable.length).toBeGreaterThan(10);
    for (const { actions, resources } of readable) {
      expect(actions).toEqual(['secretsmanager:GetSecretValue']);
      expect(resources).toEqual([
        `arn:aws:secretsmanager:${region}:AWS::AccountId:secret:serverless-kms/root-1-??????`,
      ]);
    }
  }
});

/** Every statement of every role of a function, and whose it is. */
const statementsOf = (template: ReturnType<typeof synthesise>) =>
  resourcesOf(template, 'AWS::IAM::Role').flatMap(([, { Properties }]) =>
    (Properties.Policies ?? []).flatMap((policy: { PolicyName: string; PolicyDocument: { Statement: object[] } }) =>
      policy.PolicyDocument.Statement.map((statement) => {
        const { Action, Resource } = statement as { Action: string | string[]; Resource: unknown }; // of every statement
        return {
          name: policy.PolicyName,
          actions: listed(Action),
          resources: listed(Resource).map(referenceOf),
        };
      }),
    ),
  ) as { name: string; actions: string[]; resources: string[] }[]; // flatMap over `any`

/** What a function may do in a Region other than its own, as `action Region table`. */
const rightsElsewhere = (region: string, name: string): string[] => {
  const tables = resourcesOf(templateOf(region), 'AWS::DynamoDB::Table');
  const arn = /^arn:aws:dynamodb:([a-z0-9-]+):AWS::AccountId:table\/(\w+?)(\/index\/[a-z-]+)?$/;
  return statementsOf(templateOf(region))
    .filter((statement) => statement.name === name)
    .flatMap(({ actions, resources }) =>
      resources.flatMap((resource) => {
        const [, other, table, index = ''] = arn.exec(resource) ?? [];
        if (other === undefined) return [];
        const [, found] = tables.find(([id]) => id === table) ?? [];
        const short = String(found?.Properties.TableName).replace('serverless-kms-', '');
        return actions.map((action) => `${action.replace('dynamodb:', '')} ${other} ${short}${index}`);
      }),
    )
    .toSorted();
};

const keysIn = (region: string) =>
  ['DeleteItem', 'GetItem', 'PutItem', 'Query'].map((action) => `${action} ${region} keys`);
const makingIn = (region: string) => [
  ...keysIn(region),
  `Query ${region} keys/index/by-account`,
  `DeleteItem ${region} aliases`,
  `Query ${region} aliases/index/by-key`,
  `DeleteItem ${region} grants`,
  `Query ${region} grants`,
];
const expected: Record<string, (region: string) => string[]> = {
  ReplicateKey: makingIn,
  ...Object.fromEntries(
    [
      ...['UpdatePrimaryRegion', 'RotateKeyOnDemand', 'EnableKeyRotation', 'DisableKeyRotation'],
      ...['ScheduleKeyDeletion', 'CancelKeyDeletion', 'ImportKeyMaterial', 'DeleteImportedKeyMaterial'],
      ...['RotateKeys', 'DrainOutbox', 'SweepOrphans'],
    ].map((name) => [name, keysIn]),
  ),
};

it.each(regions)('lets functions in %s write to the other Regions where they declare it, and no others', (region) => {
  const others = regions.filter((other) => other !== region);
  for (const { name } of declared) {
    const rights = expected[name] ? others.flatMap(expected[name]) : [];
    expect(rightsElsewhere(region, name), name).toEqual(rights.toSorted());
  }
});

it.each(regions)('tells functions in %s of the other Regions where they declare it, and no others', (region) => {
  const others = regions.filter((other) => other !== region);
  for (const [, { Properties }] of resourcesOf(templateOf(region), 'AWS::Lambda::Function')) {
    const name = String(Properties.Code.ZipFile);
    const { OTHER_REGIONS, KEYS_TABLE, ALIASES_TABLE, GRANTS_TABLE } = Properties.Environment.Variables;
    expect(OTHER_REGIONS, name).toBe(name in expected ? others.join() : undefined);
    if (name === 'ReplicateKey') expect([KEYS_TABLE, ALIASES_TABLE, GRANTS_TABLE]).not.toContain(undefined);
  }
});

it('gives no function rights in another Region while there is none', () => {
  const everywhere = statementsOf(synthesise()).flatMap(({ resources }) => resources);
  expect(everywhere.filter((resource) => /:dynamodb:/.test(resource))).toEqual([]);
});

it('keeps each stack below 400 resources, with everything switched on', () => {
  const common = { endpoint: 'private', trustedAccounts: '444455556666', removal: 'destroy' };
  const all = synthesiseAll({ ...common, replicaRegions: sisters.join(), rootVersions: '1..3' }, home).templates;
  for (const template of all.values()) {
    expect(Object.keys(template.toJSON().Resources).length).toBeLessThan(400);
  }
});

it('has each stack tell the topic of its own Region, or make one', () => {
  const topic = (region: string) => `arn:aws:sns:${region}:111122223333:pager`;
  const context = { replicaRegions: sisters.join(), alarmTopic: [topic(home), topic('eu-west-1')].join() };
  const told = synthesiseAll(context, home).templates;
  const actionsIn = (region: string) =>
    new Set(
      resourcesOf(told.get(region) ?? expect.fail(), 'AWS::CloudWatch::Alarm').map(
        ([, { Properties }]) => Properties.AlarmActions[0],
      ),
    );
  for (const region of [home, 'eu-west-1']) expect(actionsIn(region)).toEqual(new Set([topic(region)]));
  told.get('ap-south-1')?.resourceCountIs('AWS::SNS::Topic', 1);
});

it.each([
  ['eu-west-1,eu-west-9', 'eu-west-9, which is no Region'],
  ['eu-west-1,cn-north-1', 'cn-north-1, which is no Region of the partition of us-east-1'],
  ['eu-west-1,us-east-1', 'not the home Region us-east-1'],
  ['eu-west-1,eu-west-1', 'names each Region once'],
])('refuses replicaRegions=%s', (replicaRegions, message) => {
  expect(() => synthesiseAll({ replicaRegions }, home)).toThrow(message);
});

it('refuses replicaRegions when nobody knows the home Region', () => {
  expect(() => synthesiseAll({ replicaRegions: 'eu-west-1' }, undefined)).toThrow('needs to know the home Region');
});
