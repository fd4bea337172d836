import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../lambdas/operation.ts';
import { type OperationName, operations } from '../../lambdas/operations/index.ts';
import { askingFor, simulate } from '../../lambdas/pipeline/simulate.ts';
import { accountId, allowed, newService, otherAccountId, type Service, userOf } from '../service.ts';

const operationNamed = (name: OperationName): Operation => {
  const found = operations.find((operation) => operation.name === name);
  if (found === undefined) throw new Error(`no operation ${name}`);
  return found;
};
const arnOf = (name: string) => `arn:aws:iam::${accountId}:user/${name}`;
const everything = { Effect: 'Allow', Action: 'kms:*', Resource: '*' };

describe('the part of an operation that asks for a permission', () => {
  const permissions = operations.flatMap((operation: Operation) => {
    const ofKeys = Object.values(operation.keys).flatMap(({ permission = operation.name }) => permission ?? []);
    const own = ofKeys.length === 0 ? [operation.name] : ofKeys;
    return [...new Set([...own, ...Object.keys(operation.permissions.whenSent ?? {})])].map(
      (permission) => [operation.name, permission, operation] as const,
    );
  });

  it.each(permissions)('%s is there for kms:%s', (_, permission, operation) => {
    const part = askingFor(operation, permission);
    expect(part).toBeDefined();
    for (const target of Object.values(part?.keys ?? {})) expect(target.permission ?? part?.name).toBe(permission);
  });

  it('is one half of ReEncrypt, and nothing for a permission that it does not ask for', () => {
    const reEncrypt = operationNamed('ReEncrypt');
    expect(Object.keys(askingFor(reEncrypt, 'ReEncryptFrom')?.keys ?? {})).toEqual(['source']);
    expect(askingFor(reEncrypt, 'ReEncrypt')).toBeUndefined();
    expect(askingFor(operationNamed('Encrypt'), 'Decrypt')).toBeUndefined();
    expect(askingFor(operationNamed('CreateKey'), 'TagResource')).toMatchObject({ keys: {}, permissions: {} });
  });
});

describe('a simulated call', () => {
  let kms: Service;
  let KeyId: string;
  let Arn: string;
  let grantOfBob: string;

  beforeAll(async () => {
    kms = await newService();
    const to = (name: string, more: object = {}) => ({
      Effect: 'Allow',
      Principal: { AWS: arnOf(name) },
      Action: 'kms:Encrypt',
      Resource: '*',
      ...more,
    });
    const Condition = { StringEquals: { 'kms:EncryptionContext:tenant': 'blue', 'kms:RequestAlias': 'alias/lab' } };
    const delegated = { Effect: 'Allow', Principal: { AWS: accountId }, Action: 'kms:*', Resource: '*' };
    const Statement = [delegated, to('alice', { Condition }), to('carol', { Effect: 'Deny' })];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    ({ KeyId, Arn } = await kms.newKey({ Policy, Tags: [{ TagKey: 'team', TagValue: 'a' }] }));
    await kms.call('CreateAlias', { AliasName: 'alias/lab', TargetKeyId: KeyId });
    const Constraints = { EncryptionContextEquals: { tenant: 'blue' } };
    const grant = { KeyId, GranteePrincipal: arnOf('bob'), Operations: ['Encrypt'], Constraints };
    grantOfBob = String((await kms.call('CreateGrant', grant)).GrantToken);
  });
  afterAll(() => kms.close());

  const blue = { EncryptionContext: { tenant: 'blue' } };
  const none = { identity: [], tags: {} };
  it.each([
    ['by the key policy', 'alice', none, () => ({ KeyId: 'alias/lab', ...blue }), true],
    ['not by another alias', 'alice', none, () => ({ KeyId, ...blue }), false],
    ['by an identity policy', 'dave', allowed(everything), () => ({ KeyId }), true],
    ['by nothing', 'dave', none, () => ({ KeyId }), false],
    ['by a grant', 'bob', none, () => ({ KeyId, ...blue }), true],
    ['by a grant with its token', 'bob', none, () => ({ KeyId, ...blue, GrantTokens: [grantOfBob] }), true],
    ['not outside the grant', 'bob', none, () => ({ KeyId }), false],
    ['not against a deny', 'carol', allowed(everything), () => ({ KeyId }), false],
    ['not from another account', 'partner', allowed(everything), () => ({ KeyId: Arn }), false],
    ['not where there is no key', 'partner', allowed(everything), () => ({ KeyId: `${Arn.slice(0, -1)}0` }), false],
  ] as const)('has the verdict and the reasons of the call: %s', async (_, name, standing, parameters, expected) => {
    const caller = userOf(name === 'partner' ? otherAccountId : accountId, name);
    kms.as(caller);
    kms.withStanding(standing);
    const { status } = await kms.call('Encrypt', { ...parameters(), Plaintext: Buffer.from('text') });
    const [record] = kms.audited.splice(0).slice(-1);
    const part = askingFor(operationNamed('Encrypt'), 'Encrypt');
    if (part === undefined) throw new Error('Encrypt asks for kms:Encrypt');
    const input = { EncryptionAlgorithm: 'SYMMETRIC_DEFAULT', ...parameters() };
    const answer = await simulate(kms.runtime, part, { caller, input, assumed: {} });

    expect(answer.allowed).toBe(expected);
    expect(status === 200).toBe(expected);
    expect(record?.additionalEventData).toMatchObject({ reasons: answer.reasons });
    expect(kms.audited).toEqual([]);
  });

  it('takes condition keys for granted, in place of its own, whatever the case of their names', async () => {
    const part = askingFor(operationNamed('Encrypt'), 'Encrypt');
    if (part === undefined) throw new Error('Encrypt asks for kms:Encrypt');
    kms.withStanding(none);
    const asked = { caller: userOf(accountId, 'alice'), input: { KeyId, ...blue } };
    const withAlias = (name: string) =>
      simulate(kms.runtime, part, {
        ...asked,
        assumed: { [name]: 'alias/lab', 'KMS:encryptioncontext:TENANT': 'blue' },
      });
    expect(await withAlias('kms:requestalias')).toMatchObject({ allowed: true });
    expect(await withAlias('kms:other')).toMatchObject({ allowed: false });
  });
});
