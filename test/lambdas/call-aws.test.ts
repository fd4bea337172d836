import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { newCallAws } from '../../lambdas/call-aws.ts';

type Answer = (response: ServerResponse) => void;
const answered = (status: number, body: unknown): Answer => {
  return (response) => response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
};
const done = answered(200, { Done: true });

const servers: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const { stop } of servers.splice(0)) await stop();
});

/** A service that gives these answers, one after the other. */
const newService = async (...answers: readonly Answer[]) => {
  const asked: (Pick<IncomingMessage, 'method' | 'url' | 'headers'> & { body: string })[] = [];
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    asked.push({ method, url, headers, body: await text(request) });
    (answers[asked.length - 1] ?? done)(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push({ stop: () => server.close().closeAllConnections() });
  const { port } = server.address() as AddressInfo; // listens on TCP
  const endpoint = `http://127.0.0.1:${port}`;
  return { asked, endpoint, call: newCallAws({ ...environment, AWS_ENDPOINT_URL: endpoint }) };
};
const environment = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLEEXAMPLE00',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_SESSION_TOKEN: 'token',
};

it.each([
  ['kms', 'TrentService', '1.1'],
  ['secretsmanager', 'secretsmanager', '1.1'],
  ['sqs', 'AmazonSQS', '1.0'],
] as const)('calls %s by its protocol, signed for it', async (service, target, version) => {
  const { asked, call } = await newService();
  expect(await call(service, 'DoIt', { Text: 'ä' })).toEqual({ Done: true });
  expect(asked).toMatchObject([{ method: 'POST', url: '/', body: '{"Text":"ä"}' }]);
  expect(asked[0]?.headers).toMatchObject({
    'content-type': `application/x-amz-json-${version}`,
    'x-amz-target': `${target}.DoIt`,
    'x-amz-security-token': 'token',
    authorization: expect.stringMatching(
      new RegExp(`^AWS4-HMAC-SHA256 Credential=ASIA\\w+/\\d+/eu-west-1/${service}/`),
    ),
  });
});

it('goes to the endpoint that the environment names for one service', async () => {
  const [all, one] = [await newService(), await newService()];
  const call = newCallAws({
    ...environment,
    AWS_ENDPOINT_URL: all.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: one.endpoint,
  });
  await call('secretsmanager', 'DoIt', {});
  await call('kms', 'DoIt', {});
  expect([all.asked.length, one.asked.length]).toEqual([1, 1]);
});

it.each([
  ['fails', answered(500, 'oops')],
  ['is busy', answered(503, '')],
  ['throttles', answered(400, { __type: 'com.amazonaws.x#ThrottlingException', message: 'Rate exceeded' })],
  ['hangs up', (response) => void response.destroy()],
] as [string, Answer][])('tries again when a service %s, three times at most', async (_, answer) => {
  const recovers = await newService(answer, answer);
  expect(await recovers.call('sqs', 'DoIt', {})).toEqual({ Done: true });
  const fails = await newService(answer, answer, answer);
  await expect(fails.call('sqs', 'DoIt', {})).rejects.toThrow();
  expect(fails.asked).toHaveLength(3);
});

it('does not ask again what was refused, and says what the service said', async () => {
  const { asked, call } = await newService(answered(400, { __type: 'AccessDeniedException', Message: 'not you' }));
  await expect(call('kms', 'DoIt', {})).rejects.toMatchObject({ name: 'AccessDeniedException', message: 'not you' });
  expect(asked).toHaveLength(1);
});

it('signs afresh each time with the credentials of its function, and says which it lacks', async () => {
  const { AWS_SECRET_ACCESS_KEY: _, ...without } = environment;
  await expect(newCallAws(without)('kms', 'DoIt', {})).rejects.toThrow('AWS_SECRET_ACCESS_KEY is not set');
});
