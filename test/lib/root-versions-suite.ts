import { Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { Kms } from '../../lib/kms.ts';
import { code, newApp, referenceOf, resourcesOf, synthesise, synthesiseAll } from './synthesis.ts';

const regions = { replicaRegions: 'eu-west-1' };
const secretsOf = (template: Template) =>
  resourcesOf(template, 'AWS::SecretsManager::Secret').filter(([id]) => id.startsWith('RootSecret'));
const namesOf = (template: Template) => secretsOf(template).map(([, { Properties }]) => Properties.Name);

/** What functions are told of root keys, each different answer once, and what all of them may read. */
const accessIn = (template: Template) => {
  const roles = new Map(resourcesOf(template, 'AWS::IAM::Role'));
  const found = resourcesOf(template, 'AWS::Lambda::Function').flatMap(([, { Properties }]) => {
    const { ROOT_ARNS: ids, ROOT_IN_FORCE: inForce } = Properties.Environment.Variables;
    if (ids === undefined) return [];
    const statements = roles.get(referenceOf(Properties.Role))?.Properties.Policies[0].PolicyDocument.Statement;
    const [own, ...more] = statements.filter(({ Action }: { Action: string | string[] }) =>
      /GetSecretValue|GenerateMac/.test(String(Action)),
    );
    expect(more).toEqual([]);
    return [JSON.stringify([referenceOf(ids), inForce, [own.Resource].flat().map(referenceOf)])];
  });
  expect(found.length).toBeGreaterThan(20);
  expect(new Set(found).size).toBe(1);
  const [ids, inForce, readable] = JSON.parse(found[0] ?? '');
  return { ids, inForce: inForce ?? undefined, readable };
};

const [v1 = '', v2 = '', v3 = ''] = secretsOf(synthesise({ rootVersions: '3' })).map(([id]) => id);

it('has version 1 alone unless said, and with its id for good', () => {
  expect(v1).toBe('RootSecretV1025B7C2A');
  expect(secretsOf(synthesise()).map(([id]) => id)).toEqual([v1]);
  expect(synthesise({ rootVersions: '1' }).toJSON()).toEqual(synthesise().toJSON());
  expect(accessIn(synthesise())).toEqual({ ids: v1, inForce: undefined, readable: [v1] });
});

it('makes another beside it, kept as well, which all functions learn of that learn of the first', () => {
  const template = synthesise({ rootVersions: '2' });
  expect(namesOf(template)).toEqual(['serverless-kms/root-1', 'serverless-kms/root-2']);
  const [[, first], [, second]] = secretsOf(template) as [[string, object], [string, object]]; // as the names are
  expect(second).toEqual(JSON.parse(JSON.stringify(first).replace('root-1', 'root-2')));
  expect(first).toEqual(secretsOf(synthesise())[0]?.[1]);
  expect(accessIn(template)).toEqual({ ids: `${v1},${v2}`, inForce: undefined, readable: [v1, v2] });
  const guarded = resourcesOf(template, 'AWS::SecretsManager::ResourcePolicy').map(([, { Properties }]) => Properties);
  const denied = guarded.filter(({ ResourcePolicy }) => JSON.stringify(ResourcePolicy).includes('DeleteSecret'));
  expect(denied.map(({ SecretId }) => referenceOf(SecretId))).toEqual(expect.arrayContaining([v1, v2]));
});

it('can have functions learn of it before it is in force', () => {
  const template = synthesise({ rootVersions: '2', rootInForce: '1' });
  expect(accessIn(template)).toEqual({ ids: `${v1},${v2}`, inForce: '1', readable: [v1, v2] });
});

it('keeps the version that was given up last, out of reach of every function', () => {
  const template = synthesise({ rootVersions: '2..2' });
  expect(secretsOf(template)).toEqual(secretsOf(synthesise({ rootVersions: '2' })));
  expect(accessIn(template)).toEqual({ ids: `,${v2}`, inForce: undefined, readable: [v2] });
  const later = synthesise({ rootVersions: '3..3' });
  expect(namesOf(later)).toEqual(['serverless-kms/root-2', 'serverless-kms/root-3']);
  expect(accessIn(later)).toEqual({ ids: `,,${v3}`, inForce: undefined, readable: [v3] });
});

it('does the same with keys of AWS KMS', () => {
  const template = synthesise({ rootKey: 'kms', rootVersions: '2' });
  const keys = resourcesOf(template, 'AWS::KMS::Key');
  expect(keys).toHaveLength(2);
  expect(keys[1]?.[1]).toEqual(keys[0]?.[1]);
  expect(keys[0]).toEqual(resourcesOf(synthesise({ rootKey: 'kms' }), 'AWS::KMS::Key')[0]);
  const [first = '', second = ''] = keys.map(([id]) => id);
  expect(accessIn(template)).toEqual({ ids: `${first},${second}`, inForce: undefined, readable: [first, second] });
  const aliases = resourcesOf(template, 'AWS::KMS::Alias').map(([, { Properties }]) => [
    Properties.AliasName,
    referenceOf(Properties.TargetKeyId),
  ]);
  expect(aliases).toEqual([
    ['alias/serverless-kms/root-1', first],
    ['alias/serverless-kms/root-2', second],
  ]);
});

it('has replicas of all versions in the other Regions', () => {
  const { templates } = synthesiseAll({ ...regions, rootVersions: '2' }, 'us-east-1');
  const [home, sister] = [templates.get('us-east-1'), templates.get('eu-west-1')];
  if (home === undefined || sister === undefined) throw new Error('there are to be two stacks');
  const replicated = secretsOf(home).map(([, { Properties }]) => Properties.ReplicaRegions);
  expect(replicated).toEqual([[{ Region: 'eu-west-1' }], [{ Region: 'eu-west-1' }]]);
  expect(secretsOf(sister)).toEqual([]);
  const { ids, readable } = accessIn(sister);
  expect(ids).toBe('serverless-kms/root-1,serverless-kms/root-2');
  expect(readable.map((arn: string) => arn.split(':').at(-1))).toEqual([
    'serverless-kms/root-1-??????',
    'serverless-kms/root-2-??????',
  ]);
});

describe('refuses', () => {
  it.each([
    [{ rootVersions: 'two' }, 'rootVersions is a number as 2, or two as 2..3, not two'],
    [{ rootVersions: '0' }, 'rootVersions is a number as 2, or two as 2..3, not 0'],
    [{ rootVersions: '1...2' }, 'rootVersions is a number as 2'],
    [{ rootVersions: '' }, 'rootVersions is a number as 2'],
    [{ rootVersions: '3..2' }, 'not 3 to 2 with 2 in force'],
    [{ rootVersions: '6' }, 'at most 5 of them'],
    [{ rootInForce: '2' }, 'not 1 to 1 with 2 in force'],
    [{ rootVersions: '2..3', rootInForce: '1' }, 'not 2 to 3 with 1 in force'],
    [{ rootVersions: '2', rootInForce: 'first' }, 'rootInForce is one of the versions of rootVersions, not first'],
  ])('%j', (context, message) => {
    expect(() => synthesise(context)).toThrow(message);
  });

  it.each([0, -1, 1.5, Number.NaN])('%d as a version in code, and says of which construct', (last) => {
    const stack = new Stack(newApp(), 'Stack');
    expect(() => new Kms(stack, 'Kms', { code, rootVersions: { last } })).toThrow('Stack/Kms/RootSecret: rootVersions');
  });
});
