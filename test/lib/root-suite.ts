import { expect, it } from 'vitest';
import { operations } from '../../lambdas/operations/index.ts';
import { usesOf } from '../../lambdas/pipeline/uses.ts';
import { referenceOf, resourcesOf, synthesise } from './synthesis.ts';

const template = synthesise({ rootKey: 'kms' });
const [[keyId, key] = ['', undefined], ...moreKeys] = resourcesOf(template, 'AWS::KMS::Key');

it('makes the root an HMAC key of AWS KMS with rootKey=kms, kept like the secret it replaces', () => {
  expect(moreKeys).toEqual([]);
  const secrets = resourcesOf(template, 'AWS::SecretsManager::Secret').map(([, { Properties }]) => Properties.Name);
  expect(secrets).toEqual(['serverless-kms/audit-signing-key']);
  expect(key).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  expect(key?.Properties).toMatchObject({
    KeySpec: 'HMAC_512',
    KeyUsage: 'GENERATE_VERIFY_MAC',
    PendingWindowInDays: 30,
  });
  expect(keyId).toBe('RootSecretKmsV16F4B8227'); // frozen: another id is another key
  template.hasResourceProperties('AWS::KMS::Alias', {
    AliasName: 'alias/serverless-kms/root-1',
    TargetKeyId: { 'Fn::GetAtt': [keyId, 'Arn'] },
  });
});

it('lets nobody schedule its deletion before the key policy is changed', () => {
  const [admin, deny, ...more] = key?.Properties.KeyPolicy.Statement ?? [];
  expect(more).toEqual([]);
  const account = 'arn:AWS::Partition:iam::AWS::AccountId:root';
  expect([admin, deny].map(({ Principal }) => referenceOf(Principal.AWS))).toEqual([account, account]);
  expect(admin).toMatchObject({ Effect: 'Allow', Action: 'kms:*' });
  expect(deny).toMatchObject({ Effect: 'Deny', Action: 'kms:ScheduleKeyDeletion' });
});

it('lets the functions that handle key material, and no other, have MACs made, and tells them of the key', () => {
  const roles = new Map(resourcesOf(template, 'AWS::IAM::Role'));
  const granted = resourcesOf(template, 'AWS::Lambda::Function').flatMap(([, { Properties }]) => {
    const statements = roles.get(referenceOf(Properties.Role))?.Properties.Policies[0].PolicyDocument.Statement;
    const [kms, ...more] = statements.filter((each: object) => JSON.stringify(each).includes('kms:'));
    expect(more).toEqual([]);
    const told = Properties.Environment.Variables.ROOT_ARNS;
    expect(kms === undefined).toBe(told === undefined);
    if (kms === undefined) return [];
    expect(kms).toMatchObject({ Effect: 'Allow', Action: 'kms:GenerateMac' });
    expect([referenceOf(kms.Resource), referenceOf(told)]).toEqual([keyId, keyId]);
    return [Properties.Code.ZipFile];
  });
  const material = operations.filter((operation) => usesOf(operation).material !== undefined).map(({ name }) => name);
  expect(granted.toSorted()).toEqual([...material, 'RotateKeys', 'RewrapMaterial'].toSorted());
});

it('deletes it in a sandbox as soon as AWS KMS lets one', () => {
  const [, sandboxed] = resourcesOf(synthesise({ rootKey: 'kms', removal: 'destroy' }), 'AWS::KMS::Key')[0] ?? [];
  expect(sandboxed).toMatchObject({ DeletionPolicy: 'Delete', Properties: { PendingWindowInDays: 7 } });
  expect(sandboxed?.Properties.KeyPolicy.Statement).toHaveLength(1);
});
