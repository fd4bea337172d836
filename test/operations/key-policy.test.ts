import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountId, newService, type Service, userOf } from '../service.ts';

const root = `arn:aws:iam::${accountId}:root`;
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (AWS: string, Action = 'kms:*') => ({ Effect: 'Allow', Principal: { AWS }, Action, Resource: '*' });

describe('key policies', () => {
  let kms: Service;
  let KeyId: string;
  beforeAll(async () => {
    kms = await newService();
  });
  afterAll(() => kms.close());
  beforeEach(async () => {
    kms.as(userOf(accountId, 'admin'));
    ({ KeyId } = await kms.newKey());
  });

  it('let the account decide when a key is made without one, printed as AWS prints it', async () => {
    const { Policy, PolicyName } = await kms.call('GetKeyPolicy', { KeyId });
    expect(PolicyName).toBe('default');
    expect(Policy).toContain('"Version" : "2012-10-17"');
    expect(JSON.parse(Policy)).toEqual({
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [{ Sid: 'Enable IAM User Permissions', ...allow(root) }],
    });
    expect(await kms.call('ListKeyPolicies', { KeyId })).toMatchObject({ PolicyNames: ['default'], Truncated: false });
  });

  const shown = async (of = KeyId) => (await kms.call('GetKeyPolicy', { KeyId: of, PolicyName: 'default' })).Policy;
  const put = async (Policy: string) =>
    expect(await kms.call('PutKeyPolicy', { KeyId, Policy })).toMatchObject({ status: 200 });

  it('come back printed as AWS prints them, however they were written', async () => {
    const first = await shown();
    const { Id, ...members } = JSON.parse(first);
    for (const blanks of [undefined, 2, '\t']) {
      const Policy = ` ${JSON.stringify(members, undefined, blanks)}\r\n`;
      const printed = first.replace(`  "Id" : "${Id}",\n`, '');
      await put(Policy);
      expect(await shown()).toBe(printed);
      expect(await shown((await kms.call('CreateKey', { Policy })).KeyMetadata.KeyId)).toBe(printed);
    }
  });

  it('come back the same when what came back is put', async () => {
    const twice = policy(allow(root)).replace('{', '{"Id":"a","Id":"\\u0062","Statement":[],');
    for (const Policy of [twice, policy(allow(root), allow(root, 'kms:Decrypt'))]) {
      await put(Policy);
      const first = await shown();
      expect(first).not.toBe(Policy);
      await put(first);
      expect(await shown()).toBe(first);
    }
  });

  it('come back as they were put when they would be longer than 32 KB printed, so that they can be put again', async () => {
    const long = policy(...Array.from({ length: 200 }, (_, i) => ({ ...allow(root), Sid: `${i}` })));
    const Policy = long.replace('"Sid":"0"', `"Sid":"${'x'.repeat(32_769 - long.length)}"`);
    expect(Policy).toHaveLength(32_768);
    await put(Policy);
    expect(await shown()).toBe(Policy);
    await put(await shown());
  });

  it.each([
    ['not JSON', '{', 'MalformedPolicyDocumentException'],
    ['without statements', '{"Version":"2012-10-17"}', 'MalformedPolicyDocumentException'],
    [
      'naming somebody by a wildcard',
      policy(allow(`arn:aws:iam::${accountId}:user/*`)),
      'MalformedPolicyDocumentException',
    ],
    ['naming an account by nothing', policy(allow('arn:aws:iam:::root')), 'InvalidArnException'],
    ['larger than 32 KB', policy({ ...allow(root), Sid: 'x'.repeat(32_768) }), 'LimitExceededException'],
  ])('are refused when they are %s', async (_, Policy, __type) => {
    expect(await kms.call('PutKeyPolicy', { KeyId, Policy })).toMatchObject({ status: 400, __type });
    expect(await kms.call('CreateKey', { Policy })).toMatchObject({ status: 400, __type });
  });

  it('must let the caller change them again, unless the check is left out', async () => {
    const Policy = policy(allow(`arn:aws:iam::${accountId}:user/alice`));
    const refusal = {
      __type: 'MalformedPolicyDocumentException',
      message: 'The new key policy will not allow you to update the key policy in the future.',
    };
    expect(await kms.call('PutKeyPolicy', { KeyId, Policy })).toMatchObject(refusal);
    expect(await kms.call('CreateKey', { Policy })).toMatchObject(refusal);
    expect((await kms.call('PutKeyPolicy', { KeyId, Policy, BypassPolicyLockoutSafetyCheck: true })).status).toBe(200);
  });

  it('have one name', async () => {
    const refusal = { __type: 'NotFoundException', message: 'No such policy exists' };
    expect(await kms.call('GetKeyPolicy', { KeyId, PolicyName: 'other' })).toMatchObject(refusal);
  });
});
