import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { accountId, allowed, newService, type Service, userOf } from '../service.ts';

const Plaintext = Buffer.from('text');
const alice = `arn:aws:iam::${accountId}:user/alice`;
const denied = { __type: 'AccessDeniedException' };

let kms: Service;
let KeyId: string;
beforeAll(async () => {
  kms = await newService({ grantDelaySeconds: 300 });
});
afterAll(() => kms.close());
const asAdmin = () => {
  kms.as(userOf(accountId, 'admin'));
  kms.withStanding(allowed({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }));
};
const asAlice = () => {
  kms.as(userOf(accountId, 'alice'));
  kms.withStanding({ identity: [], tags: {} });
};
const encrypt = (GrantTokens?: string[]) => kms.call('Encrypt', { KeyId, Plaintext, GrantTokens });
const newGrant = async (members: object = {}) =>
  kms.call('CreateGrant', { KeyId, GranteePrincipal: alice, Operations: ['Encrypt'], ...members });
beforeEach(async () => {
  asAdmin();
  ({ KeyId } = await kms.newKey());
});

it('a new grant counts only with its token until the delay is over', async () => {
  const { GrantToken } = await newGrant();
  asAlice();
  expect(await encrypt()).toMatchObject(denied);
  expect(await encrypt([GrantToken])).toMatchObject({ status: 200 });
  kms.moveClock(299);
  expect(await encrypt()).toMatchObject(denied);
  kms.moveClock(1);
  expect(await encrypt()).toMatchObject({ status: 200 });
});

it('the token of one grant makes no other count', async () => {
  await newGrant();
  const { GrantToken } = await newGrant({ Operations: ['Decrypt'] });
  asAlice();
  expect(await encrypt([GrantToken])).toMatchObject(denied);
});

it('a grant that is revoked or retired is gone at once, also for its token', async () => {
  const [first, second] = [await newGrant(), await newGrant({ RetiringPrincipal: alice })];
  kms.moveClock(300);
  expect(await kms.call('RevokeGrant', { KeyId, GrantId: first.GrantId })).toMatchObject({ status: 200 });
  asAlice();
  expect(await encrypt()).toMatchObject({ status: 200 });
  expect(await kms.call('RetireGrant', { KeyId, GrantId: second.GrantId })).toMatchObject({ status: 200 });
  expect(await encrypt()).toMatchObject(denied);
  expect(await encrypt([second.GrantToken])).toMatchObject({ __type: 'InvalidGrantTokenException' });
});
