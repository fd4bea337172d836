import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EncryptCommand,
  GenerateRandomCommand,
  KMSClient,
  type KMSClientConfig,
  ListKeysCommand,
  NotFoundException,
} from '@aws-sdk/client-kms';
import { afterEach, describe, expect, it } from 'vitest';
import type { Deployment } from '../../clients/proxy/forward.ts';
import { listen, type ProxyServer } from '../../clients/proxy/server.ts';
import { newThrowawayKey } from '../../clients/proxy/throwaway-key.ts';
import type { Trouble } from '../../local/failure.ts';
import type { ApiGatewayOptions } from '../gateway/api-gateway.ts';
import { alice, credentialsOf, kmsResponses, session, startDeployed } from '../gateway/deployed.ts';

const key = newThrowawayKey();
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A stock client, a proxy, and a deployed service behind it. */
const start = async (deployment: Partial<Deployment> = {}, options: Partial<ApiGatewayOptions> = {}) => {
  const deployed = await startDeployed(options);
  const logged: Trouble[] = [];
  const proxy: ProxyServer = await listen({
    endpoint: new URL(deployed.endpoint),
    region: 'us-east-1',
    credentials: async () => credentialsOf(alice),
    port: 0,
    key,
    log: (trouble) => logged.push(trouble),
    ...deployment,
  });
  const here = `http://127.0.0.1:${proxy.port}`;
  const clientOf = (config: KMSClientConfig = {}) => {
    const client = new KMSClient({ endpoint: here, region: 'us-east-1', credentials: key, maxAttempts: 1, ...config });
    closers.push(() => client.destroy());
    return client;
  };
  closers.push(deployed.close, proxy.stop);
  return { deployed, proxy, here, logged, clientOf, kms: clientOf() };
};

describe('an unmodified client behind the proxy', () => {
  it('encrypts and decrypts with a key it made, as the user whose credentials the proxy has', async () => {
    const { kms, deployed } = await start();
    const { KeyMetadata } = await kms.send(new CreateKeyCommand());
    const KeyId = KeyMetadata?.KeyId;
    const Plaintext = Buffer.alloc(4096, 'ü');
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext }));
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
    expect(deployed.service.audited.at(-1)).toMatchObject({
      eventName: 'Decrypt',
      userIdentity: { arn: alice.arn },
      userAgent: expect.stringContaining('aws-sdk-js/3'),
      requestID: opened.$metadata.requestId,
    });
  });

  it('may be in the role of a session, whose token goes along', async () => {
    const { kms, deployed } = await start({ credentials: async () => credentialsOf(session) });
    await kms.send(new ListKeysCommand());
    expect(deployed.service.audited).toMatchObject([{ userIdentity: { arn: session.arn } }]);
  });

  it('reads answers without a body', async () => {
    const { kms } = await start();
    const { KeyMetadata } = await kms.send(new CreateKeyCommand());
    await kms.send(new DisableKeyCommand({ KeyId: KeyMetadata?.KeyId }));
    const described = await kms.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.KeyId }));
    expect(described.KeyMetadata?.KeyState).toBe('Disabled');
  });

  it('sees the errors of the service, with the request id under which they are on record', async () => {
    const { kms, deployed } = await start();
    const KeyId = '00000000-0000-4000-8000-000000000000';
    const error = await kms.send(new DescribeKeyCommand({ KeyId })).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotFoundException);
    expect(error).toMatchObject({
      $metadata: { httpStatusCode: 400, requestId: deployed.events[0]?.requestContext.requestId },
    });
  });

  it('may sign for execute-api and carry the operation in the path, as clients made for the gateway do', async () => {
    const { here, clientOf } = await start();
    const { forApiGateway } = await import('../../clients/for-api-gateway.ts');
    const kms = forApiGateway(clientOf({ endpoint: here }));
    await expect(kms.send(new ListKeysCommand())).resolves.toMatchObject({ Truncated: false });
  });

  it('makes many calls at once', async () => {
    const { kms } = await start();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => kms.send(new GenerateRandomCommand({ NumberOfBytes: 32 }))),
    );
    expect(new Set(answers.map(({ Plaintext }) => Buffer.from(Plaintext ?? []).toString('hex'))).size).toBe(50);
  });
});

describe('what the gateway refuses', () => {
  it.each([
    ['as AWS words it', {}],
    ['in the form of KMS', { responses: kmsResponses }],
  ])('is, %s, an error of KMS: no permission to invoke', async (_, options) => {
    const { kms } = await start({}, { ...options, mayInvoke: (_, arn) => !arn.endsWith('/prod/POST/ListKeys') });
    const error = await kms.send(new ListKeysCommand()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } });
    expect(String(error)).toContain(`User: ${alice.arn} is not authorized to perform: execute-api:Invoke`);
    await expect(kms.send(new GenerateRandomCommand({ NumberOfBytes: 1 }))).resolves.toBeDefined();
  });

  it.each([
    [
      'an unknown access key',
      { accessKeyId: 'AKIANOBODYNOBODY0000', secretAccessKey: 'x' },
      'UnrecognizedClientException',
    ],
    ['a wrong secret', { ...credentialsOf(alice), secretAccessKey: 'x' }, 'InvalidSignatureException'],
  ])('says of the user of the proxy: %s', async (_, credentials, name) => {
    const { kms } = await start({ credentials: async () => credentials });
    await expect(kms.send(new ListKeysCommand())).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  });

  it('is throttling that clients try again', async () => {
    let calls = 0;
    const throttled = async () => {
      calls += 1;
      const headers = { 'x-amzn-errortype': 'TooManyRequestsException', 'content-type': 'application/json' };
      if (calls === 1) return { statusCode: 429, headers, body: '{"message":"Too Many Requests"}' };
      return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{}' };
    };
    const { clientOf } = await start({}, { functions: new Map([['/GenerateRandom', throttled]]) });
    await clientOf({ maxAttempts: 2 }).send(new GenerateRandomCommand());
    expect(calls).toBe(2);
  });

  it('is a function that failed', async () => {
    const broken = async () => {
      throw new Error('out of memory');
    };
    const { kms } = await start({}, { functions: new Map([['/GenerateRandom', broken]]) });
    const error = { name: 'KMSInternalException', $metadata: { httpStatusCode: 500 } };
    await expect(kms.send(new GenerateRandomCommand())).rejects.toMatchObject(error);
  });
});

describe('an endpoint that leads elsewhere', () => {
  it('at another path of the stage, is told from a missing signature', async () => {
    const { kms, deployed } = await start();
    const proxy = await start({ endpoint: new URL(`${deployed.endpoint}/v2`) });
    await expect(proxy.kms.send(new ListKeysCommand())).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining(`${deployed.endpoint}/v2/ListKeys: check the stage`),
    });
    await expect(kms.send(new ListKeysCommand())).resolves.toBeDefined();
  });

  it('at another stage, is a refusal that tells what may be wrong', async () => {
    const { deployed } = await start();
    const { kms } = await start({ endpoint: new URL(deployed.endpoint.replace('/prod', '/test')) });
    const error = await kms.send(new ListKeysCommand()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'AccessDeniedException' });
    expect(String(error)).toContain('Forbidden. ');
    expect(String(error)).toContain('another stage');
  });

  it.each([200, 404])('to a web site, never passes for the service: status %i', async (statusCode) => {
    const site = async () => ({ statusCode, headers: { 'content-type': 'text/html' }, body: '<h1>Welcome</h1>' });
    const { kms } = await start({}, { functions: new Map([['/ListKeys', site]]) });
    await expect(kms.send(new ListKeysCommand())).rejects.toMatchObject({
      name: 'KMSInternalException',
      message: expect.stringContaining(`is not the service: status ${statusCode}, text/html; check --endpoint`),
    });
  });

  it('to nowhere, is told to the client and, in three parts, to the terminal', async () => {
    const { kms, logged } = await start({ endpoint: new URL('http://127.0.0.1:1/prod') });
    const error = { name: 'DependencyTimeoutException', $metadata: { httpStatusCode: 503 } };
    await expect(kms.send(new ListKeysCommand())).rejects.toMatchObject(error);
    expect(logged).toMatchObject([
      {
        what: expect.stringContaining('ListKeys'),
        why: expect.stringContaining('ECONNREFUSED'),
        hint: expect.stringContaining('--endpoint'),
      },
    ]);
  });

  it('that never answers, is given up', async () => {
    const silent = () => new Promise<never>(() => {});
    const { kms, logged } = await start({ timeoutSeconds: 0.2 }, { functions: new Map([['/ListKeys', silent]]) });
    await expect(kms.send(new ListKeysCommand())).rejects.toMatchObject({ name: 'DependencyTimeoutException' });
    expect(logged).toMatchObject([{ why: 'no answer in 0.2 seconds' }]);
  });
});

it('tells when the credentials of the user have ended, and goes on once there are new ones', async () => {
  let expired = true;
  const credentials = async () => {
    if (expired) throw new Error('The SSO session has expired');
    return credentialsOf(alice);
  };
  const { kms, logged } = await start({ credentials });
  await expect(kms.send(new ListKeysCommand())).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
    message: expect.stringContaining('The SSO session has expired'),
  });
  expect(logged).toMatchObject([{ hint: expect.stringContaining('aws sso login') }]);
  expired = false;
  await expect(kms.send(new ListKeysCommand())).resolves.toBeDefined();
});

it('answers the calls that came in before it stops', async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let arrived = () => {};
  const arriving = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const slow = async () => {
    arrived();
    await released;
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"Keys":[],"Truncated":false}' };
  };
  const { kms, proxy } = await start({}, { functions: new Map([['/ListKeys', slow]]) });
  const answer = kms.send(new ListKeysCommand());
  await arriving;
  const stopped = proxy.stop();
  release();
  await expect(answer).resolves.toMatchObject({ Keys: [] });
  await stopped;
  closers.pop(); // stopped already
});
