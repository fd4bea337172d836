import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CompiledPolicy, compilePolicy } from '../../core/policy/policy.ts';
import { accountId, newService, otherAccountId, type Service, userOf } from '../service.ts';

const Plaintext = Buffer.from('text');
const everything = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' };
const admin = `arn:aws:iam::${accountId}:user/admin`;

describe('the policy of a VPC endpoint', () => {
  let kms: Service;
  let endpoint: CompiledPolicy<'endpoint'> | undefined;
  let KeyId: string;
  let Arn: string;
  beforeAll(async () => {
    kms = await newService({ endpointPolicy: () => endpoint });
    ({ KeyId, Arn } = await kms.newKey());
  });
  afterAll(() => kms.close());
  beforeEach(() => {
    kms.as(userOf(accountId, 'admin'));
    kms.arriving({ vpc: { endpointId: 'vpce-1' } });
    kms.audited.length = 0;
  });
  const through = (...Statement: object[]) => {
    endpoint = compilePolicy({ Version: '2012-10-17', Statement }, 'endpoint');
  };
  const encrypt = () => kms.call('Encrypt', { KeyId: Arn, Plaintext });
  const refused = (reason: string) => ({
    __type: 'AccessDeniedException',
    message: `User: ${admin} is not authorized to perform: kms:Encrypt on resource: ${Arn} ${reason}`,
  });

  it('must allow what other policies allow, and gives nothing by itself', async () => {
    through(everything);
    expect(await encrypt()).toMatchObject({ status: 200 });
    through({ ...everything, Action: 'kms:Decrypt' });
    expect(await encrypt()).toMatchObject(refused('because no VPC endpoint policy allows the kms:Encrypt action'));
    expect(kms.audited.at(-1)).toMatchObject({
      errorCode: 'AccessDenied',
      additionalEventData: {
        reasons: [
          'refused: the VPC endpoint policy does not allow kms:Encrypt; through the endpoint nothing is possible but what its policy allows.',
        ],
      },
    });
    through(everything);
    kms.as(userOf(otherAccountId, 'stranger'));
    expect(await encrypt()).toMatchObject({ __type: 'AccessDeniedException' });
  });

  it('is not asked about calls that came through none', async () => {
    through();
    kms.arriving({});
    expect(await encrypt()).toMatchObject({ status: 200 });
  });

  it('denies whatever others allow', async () => {
    through(everything, { ...everything, Effect: 'Deny', Action: 'kms:Encrypt' });
    expect(await encrypt()).toMatchObject(refused('with an explicit deny in a VPC endpoint policy'));
  });

  it('limits grants, keys of no policy at all, and actions without a key', async () => {
    through(everything);
    const GranteePrincipal = `arn:aws:iam::${accountId}:user/alice`;
    await kms.call('CreateGrant', { KeyId, GranteePrincipal, Operations: ['Encrypt'] });
    kms.as(userOf(accountId, 'alice'));
    kms.withStanding({ identity: [], tags: {} });
    expect(await encrypt()).toMatchObject({ status: 200 });
    through({ ...everything, Principal: { AWS: admin } });
    expect(await encrypt()).toMatchObject({ __type: 'AccessDeniedException' });
    const { message } = await kms.call('GenerateRandom', { NumberOfBytes: 1 });
    expect(message).toContain('because no VPC endpoint policy allows the kms:GenerateRandom action');
  });
});
