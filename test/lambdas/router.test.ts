import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Invocation } from '../../lambdas/invoke-function.ts';
import { newRouter, routerHandler } from '../../lambdas/router.ts';
import { gatewayEvent } from './gateway-event.ts';

const written = vi.spyOn(process.stdout, 'write');
beforeEach(() => written.mockReset().mockReturnValue(true));

const answer = { statusCode: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: '{"Keys":[]}' };
const done: Invocation = { status: 200, failed: false, payload: JSON.stringify(answer) };

const newCalls = (invocation: Invocation | Error = done) => {
  const invoked: { name: string; event: unknown }[] = [];
  const handler = routerHandler(
    ['ListKeys', 'Encrypt'],
    (operation) => `kms-${operation}`,
    async (name, payload) => {
      invoked.push({ name, event: JSON.parse(payload) });
      if (invocation instanceof Error) throw invocation;
      return invocation;
    },
  );
  return { invoked, handler };
};
const eventFor = (targets: readonly string[], body: unknown = {}) =>
  gatewayEvent('', body, {
    resource: '/',
    path: '/',
    multiValueHeaders: { 'content-type': ['application/x-amz-json-1.1'], 'X-AMZ-target': [...targets] },
  });
const refusedAs = (result: { statusCode: number; body: string }) => [result.statusCode, JSON.parse(result.body)];

it('hands the event as it is to the function of the operation that the target names, and its answer back', async () => {
  const { invoked, handler } = newCalls();
  const event = eventFor(['TrentService.ListKeys'], { Limit: 3 });
  expect(await handler(event)).toEqual(answer);
  expect(invoked).toEqual([{ name: 'kms-ListKeys', event: JSON.parse(JSON.stringify(event)) }]);
});

it.each([
  ['none', []],
  ['another service', ['DynamoDB_20120810.ListKeys']],
  ['an operation that is not one', ['TrentService.ListKey']],
  ['a member of every object', ['TrentService.constructor']],
  ['something behind an operation', ['TrentService.ListKeys:1']],
  ['two, even alike', ['TrentService.ListKeys', 'TrentService.ListKeys']],
])('runs no function for a target that is %s', async (_, targets) => {
  const { invoked, handler } = newCalls();
  expect(refusedAs(await handler(eventFor(targets)))).toEqual([400, { __type: 'UnknownOperationException' }]);
  expect(invoked).toEqual([]);
});

it('takes no body of more than 1 MiB', async () => {
  const { invoked, handler } = newCalls();
  const event = eventFor(['TrentService.Encrypt'], { Plaintext: 'A'.repeat(1024 * 1024) });
  expect(refusedAs(await handler(event))).toMatchObject([413, { __type: 'RequestEntityTooLargeException' }]);
  expect(invoked).toEqual([]);
});

it.each([
  ['fails', { status: 200, failed: true, payload: '{"errorMessage":"secret"}' }, 500, 'KMSInternalException'],
  ['is not there', { status: 404, failed: false, payload: '{}' }, 500, 'KMSInternalException'],
  ['cannot be reached', new Error('ECONNRESET'), 500, 'KMSInternalException'],
  ['has too much to do', { status: 429, failed: false, payload: '{}' }, 400, 'ThrottlingException'],
] as const)('answers as KMS does when the function %s', async (_, invocation, status, __type) => {
  const { handler } = newCalls(invocation);
  const result = await handler(eventFor(['TrentService.ListKeys']));
  expect(refusedAs(result)).toMatchObject([status, { __type }]);
  expect(Object.keys(result.headers ?? {})).toEqual(['content-type']);
  expect(written).toHaveBeenCalledTimes(status === 500 ? 1 : 0);
  expect(JSON.stringify([result, written.mock.calls])).not.toContain('secret');
});

it('has a whole function to hand over to: no part of the pipeline judges twice', async () => {
  const { handler } = newCalls({ ...done, payload: JSON.stringify({ ...answer, statusCode: 400 }) });
  expect(await handler(eventFor(['TrentService.ListKeys']))).toMatchObject({ statusCode: 400 });
});

/** Stands for Lambda. */
let lambda: {
  endpoint: string;
  asked: { url?: string | undefined; headers: IncomingHttpHeaders; body: string }[];
  stop(): void;
};
beforeAll(async () => {
  const asked: typeof lambda.asked = [];
  const server = createServer(async (request, response) => {
    const { url, headers } = request;
    asked.push({ url, headers, body: await text(request) });
    if (url?.includes('Encrypt')) response.setHeader('x-amz-function-error', 'Unhandled');
    response.end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // listens on TCP
  lambda = { asked, endpoint: `http://127.0.0.1:${port}`, stop: () => server.close() };
});
afterAll(() => {
  written.mockRestore();
  lambda.stop();
});
const environment = () => ({
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLEEXAMPLE00',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_SESSION_TOKEN: 'token',
  INSTALLATION_ID: 'kms',
  AWS_ENDPOINT_URL: lambda.endpoint,
});

it('invokes by the API of Lambda, signed with the credentials of its function', async () => {
  const handler = newRouter(['ListKeys', 'Encrypt'], environment());
  const event = eventFor(['TrentService.ListKeys'], { é: 'ü' });
  expect(await handler(event)).toEqual(answer);
  expect(JSON.parse(lambda.asked[0]?.body ?? '')).toEqual(JSON.parse(JSON.stringify(event)));
  expect(lambda.asked).toMatchObject([
    {
      url: '/2015-03-31/functions/kms-ListKeys/invocations',
      headers: {
        'x-amz-security-token': 'token',
        authorization: expect.stringMatching(/Credential=ASIAEXAMPLEEXAMPLE00\/\d{8}\/eu-west-1\/lambda\/aws4_request/),
      },
    },
  ]);
  expect(await handler(eventFor(['TrentService.Encrypt']))).toMatchObject({ statusCode: 500 }); // the function failed
});

it('is not deployed as it should be without its variables', () => {
  const { INSTALLATION_ID: _, ...without } = environment();
  expect(() => newRouter(['ListKeys'], without)).toThrow('the environment variable INSTALLATION_ID is not set');
});
