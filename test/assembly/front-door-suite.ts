import { DescribeKeyCommand, KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { expect, it } from 'vitest';
import { forApiGateway } from '../../clients/for-api-gateway.ts';
import { operations } from '../../lambdas/operations/index.ts';
import { account, type RunningStack } from './assembly.ts';
import { askCustomResource } from './events.ts';
import { admin, type Call, homeRegion, partner, relay, sender, stranger, type World } from './world.ts';

/** Who gets in, by which path, and with what answer. */
export const frontDoorSuite = (world: () => World): void => {
  const newKey = async (members = {}): Promise<string> =>
    (await world().as(admin)('CreateKey', members)).members.KeyMetadata.Arn;
  const refusalOf = async (call: Call, operation: string, members = {}) => {
    const { status, members: told } = await call(operation, members);
    return `${status} ${told.__type} ${told.message ?? told.Message ?? ''}`;
  };

  it('takes the gateway’s word on identity policies, path by path', async () => {
    const KeyId = await newKey();
    const call = world().as(sender);
    expect(await call('Encrypt', { KeyId, Plaintext: 'AAAA' })).toMatchObject({ status: 200 });
    expect(await refusalOf(call, 'Decrypt', { CiphertextBlob: 'AAAA' })).toMatch(
      /^400 AccessDeniedException User: arn:aws:iam::111122223333:user\/sender is not authorized to perform: execute-api:Invoke/,
    );
  });

  it('lets in callers of accounts that it trusts, to keys whose policies do, and of no other', async () => {
    const all = { Effect: 'Allow', Action: 'kms:*', Resource: '*' };
    const Principal = { AWS: [`arn:aws:iam::${account}:root`, `arn:aws:iam::${partner.accountId}:root`] };
    const KeyId = await newKey({ Policy: JSON.stringify({ Version: '2012-10-17', Statement: { ...all, Principal } }) });
    const own = await newKey();
    const [trusted, other] = [world().as(partner), world().as(stranger)];
    expect(await trusted('Encrypt', { KeyId, Plaintext: 'AAAA' })).toMatchObject({ status: 200 });
    expect(await refusalOf(trusted, 'Encrypt', { KeyId: own, Plaintext: 'AAAA' })).toMatch(
      /^400 AccessDenied.*kms:Encrypt/,
    );
    expect(await refusalOf(other, 'Encrypt', { KeyId, Plaintext: 'AAAA' })).toMatch(/^400 AccessDenied.*execute-api/);
  });

  it('opens POST / to those who are named, and to nobody else', async () => {
    for (const who of [admin, partner]) {
      expect(await refusalOf(world().byTarget(who), 'ListKeys')).toMatch(/^400 AccessDenied.*execute-api/);
    }
    const call = world().byTarget(relay);
    for (const { name } of operations) expect([name, (await call(name)).status]).not.toEqual([name, 500]);
    expect(await call('ListKeys')).toMatchObject({ status: 200, members: { Keys: expect.any(Array) } });
  });

  it('refuses in the words of KMS whoever has not signed, or asks for what is not there', async () => {
    const { endpoint } = world().home.api;
    for (const path of ['/Encrypt', '/NoSuchOperation', '/']) {
      const answer = await fetch(endpoint + path, { method: 'POST', body: '{}' });
      expect([path, answer.status, await answer.json()]).toMatchObject([
        path,
        400,
        { __type: 'MissingAuthenticationTokenException' },
      ]);
    }
  });

  it('makes, changes and deletes a key that a stack asks for, as a client of its own API', async () => {
    const { home } = world();
    const [resource] = home.ofType('Custom::ServerlessKmsKey');
    const ask = (event: object) => askCustomResource(home, resource?.id ?? '', event);
    const made = await ask({ RequestType: 'Create' });
    const arn = expect.stringMatching(/^arn:aws:kms:us-east-1:111122223333:key\/[0-9a-f-]{36}$/);
    expect(made).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: arn });
    const { PhysicalResourceId } = made;
    const old = { ...resource?.properties, Description: 'of another day' };
    const changed = { ...resource?.properties, Policy: policyOfEverybody };
    const update = {
      RequestType: 'Update',
      PhysicalResourceId,
      OldResourceProperties: old,
      ResourceProperties: changed,
    };
    expect(await ask(update)).toMatchObject({ Status: 'SUCCESS' });
    expect(await ask({ RequestType: 'Delete', PhysicalResourceId })).toMatchObject({ Status: 'SUCCESS' });
    const { KeyMetadata } = await clientOf(home).send(new DescribeKeyCommand({ KeyId: String(PhysicalResourceId) }));
    expect(KeyMetadata).toMatchObject({ KeyState: 'PendingDeletion', Description: 'of the stack' });
  });

  it('serves the JavaScript SDK with the plugin, pages and all', async () => {
    const { Keys = [], NextMarker } = await clientOf(world().home).send(new ListKeysCommand({ Limit: 2 }));
    expect(Keys).toHaveLength(2);
    const next = await clientOf(world().home).send(new ListKeysCommand({ Limit: 2, Marker: NextMarker }));
    expect(next.Keys?.[0]?.KeyId).not.toBe(Keys[0]?.KeyId);
  });
};

const clientOf = ({ api }: RunningStack) =>
  forApiGateway(new KMSClient({ region: homeRegion, endpoint: api.endpoint, credentials: admin }));

const policyOfEverybody = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' }],
});
