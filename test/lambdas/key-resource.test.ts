import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keyResourceHandler } from '../../lambdas/key-resource.ts';

const arn = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const KeyId = '11111111-2222-3333-4444-555555555555';
const Properties = {
  ServiceToken: 'x',
  Description: 'orders',
  KeySpec: 'SYMMETRIC_DEFAULT',
  KeyUsage: 'ENCRYPT_DECRYPT',
};

/** The API of the installation under /prod, and CloudFormation under /response. */
const startAws = async () => {
  const called: { operation: string; input: unknown; scope: string }[] = [];
  const told: Record<string, unknown>[] = [];
  const refused = new Set<string>();
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as Record<string, unknown>; // objects are all that is sent here
    if (request.url === '/response') {
      told.push(body);
      return void response.end();
    }
    const operation = String(request.url).replace('/prod/', '');
    const [, scope = ''] = /Credential=[^/]+\/\d+\/([^,]+)\/aws4/.exec(String(request.headers.authorization)) ?? [];
    called.push({ operation, input: body, scope });
    if (refused.has(operation))
      return void response.writeHead(400).end('{"__type":"AccessDeniedException","Message":"no"}');
    response.end(operation === 'CreateKey' ? JSON.stringify({ KeyMetadata: { KeyId, Arn: arn } }) : '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // listens on TCP
  return { called, told, refused, url: `http://127.0.0.1:${port}`, stop: () => server.close().closeAllConnections() };
};

let aws: Awaited<ReturnType<typeof startAws>>;
beforeEach(async () => {
  aws = await startAws();
});
afterEach(() => aws.stop());

const send = async (event: object) => {
  const environment = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'ASIAEXAMPLEEXAMPLE00',
    AWS_SECRET_ACCESS_KEY: 'none',
    KMS_ENDPOINT: `${aws.url}/prod`,
  };
  const ids = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Key', ResponseURL: `${aws.url}/response` };
  await keyResourceHandler(environment)({ ...ids, ResourceType: 'Custom::X', ServiceToken: 'x', ...event } as never); // as CloudFormation sends them
  return aws.told.at(-1);
};
const operationsCalled = () => aws.called.map(({ operation }) => operation);

it('makes a key by the API, signed for it, and names the resource after it', async () => {
  const outcome = await send({ RequestType: 'Create', ResourceProperties: { ...Properties, Policy: '{}' } });
  expect(outcome).toEqual({
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Key',
    Status: 'SUCCESS',
    PhysicalResourceId: arn,
    Data: { KeyId },
  });
  const { ServiceToken: _, ...input } = Properties;
  expect(aws.called).toEqual([
    { operation: 'CreateKey', input: { ...input, Policy: '{}' }, scope: 'us-east-1/execute-api' },
  ]);
});

const update = (old: object, now: object) =>
  send({
    RequestType: 'Update',
    PhysicalResourceId: arn,
    ResourceProperties: { ...Properties, ...now },
    OldResourceProperties: { ...Properties, ...old },
  });

it('changes what can be changed, and makes another key for what cannot', async () => {
  expect(await update({}, { Description: 'new', Policy: '{}' })).toMatchObject({ PhysicalResourceId: arn });
  expect(aws.called.splice(0)).toMatchObject([
    { operation: 'UpdateKeyDescription', input: { KeyId, Description: 'new' } },
    { operation: 'PutKeyPolicy', input: { KeyId, Policy: '{}' } },
  ]);
  await update({}, {});
  expect(operationsCalled()).toEqual([]);
  await update({}, { KeySpec: 'RSA_2048' });
  expect(operationsCalled()).toEqual(['CreateKey']);
  expect(await update({ Policy: '{}' }, {})).toMatchObject({ Status: 'FAILED', PhysicalResourceId: arn });
});

it('leaves the key when the resource goes, or schedules its deletion where that is wanted', async () => {
  const gone = { RequestType: 'Delete', PhysicalResourceId: arn };
  expect(await send({ ...gone, ResourceProperties: Properties })).toMatchObject({ Status: 'SUCCESS' });
  expect(operationsCalled()).toEqual([]);
  await send({ ...gone, ResourceProperties: { ...Properties, PendingWindowInDays: '7' } });
  expect(aws.called).toMatchObject([{ operation: 'ScheduleKeyDeletion', input: { KeyId, PendingWindowInDays: 7 } }]);
});

it('tells CloudFormation why it failed, and has nothing to delete afterwards', async () => {
  aws.refused.add('CreateKey');
  const outcome = await send({ RequestType: 'Create', ResourceProperties: Properties });
  expect(outcome).toMatchObject({ Status: 'FAILED', Reason: 'Error: CreateKey: AccessDeniedException no' });
  aws.called.splice(0);
  const { PhysicalResourceId } = outcome ?? {};
  const properties = { ...Properties, PendingWindowInDays: '7' };
  expect(await send({ RequestType: 'Delete', PhysicalResourceId, ResourceProperties: properties })).toMatchObject({
    Status: 'SUCCESS',
  });
  expect(operationsCalled()).toEqual([]);
});
