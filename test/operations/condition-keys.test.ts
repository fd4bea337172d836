import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilePolicy } from '../../core/policy/policy.ts';
import type { Standing } from '../../lambdas/pipeline/ports.ts';
import { accountId, newService, type Service, userOf } from '../service.ts';
import { type Asked, absentKeys, type ConditionWorld, conditionRows, conditionWorld } from './condition-rows.ts';

/** Condition keys of KMS and of IAM, each through the pipeline. https://docs.aws.amazon.com/kms/latest/developerguide/policy-conditions.html */

let kms: Service;
let world: ConditionWorld;
beforeAll(async () => {
  kms = await newService();
  world = await conditionWorld(kms);
});
afterAll(() => kms.close());

const standing = (Condition: object): Standing => ({
  identity: [
    compilePolicy(
      { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'kms:*', Resource: '*', Condition } },
      'identity',
    ),
  ],
  tags: { team: 'green' },
});

/** How a call ends for alice, whose policy allows everything on this condition. */
const outcome = async ([name, parameters, arriving = {}]: Asked, Condition: object) => {
  kms.as(userOf(accountId, 'alice'));
  kms.withStanding(standing(Condition));
  kms.arriving(arriving);
  const { status, __type, message } = await kms.call(name, parameters);
  kms.arriving({});
  kms.as(userOf(accountId, 'admin'));
  kms.withStanding(standing({}));
  if (status === 200) return 'allowed';
  return __type === 'AccessDeniedException' ? 'denied' : message || __type;
};

describe.each(conditionRows)('$key = $value', ({ key, operator = 'StringEquals', value, other = 'other', ...row }) => {
  it('lets a call through that has the value, and none that has another', async () => {
    expect(await outcome(await row.call(world, kms), { [operator]: { [key]: other } })).toBe('denied');
    expect(await outcome(await row.call(world, kms), { [operator]: { [key]: value } })).toBe('allowed');
  });

  const { without } = row;
  if (without === undefined) return;
  it('is absent from a call that it does not belong to', async () => {
    const asked = async () => without(world, kms);
    expect(await outcome(await asked(), { [operator]: { [key]: value } })).toBe('denied');
    expect(await outcome(await asked(), { Null: { [key]: 'false' } })).toBe('denied');
    expect(await outcome(await asked(), { Null: { [key]: 'true' } })).toBe('allowed');
  });
});

it.each(Object.entries(absentKeys))('%s is absent: %s', async (key) => {
  const asked: Asked = ['Encrypt', { KeyId: world.named, Plaintext: Buffer.from('text') }];
  expect(await outcome(asked, { StringLike: { [key]: '*' } })).toBe('denied');
  expect(await outcome(asked, { Null: { [key]: 'true' } })).toBe('allowed');
});
