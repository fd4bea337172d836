import {
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  GenerateRandomCommand,
  KMS,
  KMSClient,
  type KMSClientConfig,
  ListKeysCommand,
  NotFoundException,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forApiGateway } from '../../clients/for-api-gateway.ts';
import { alice, credentialsOf, type Deployed, startDeployed } from '../gateway/deployed.ts';

describe('forApiGateway', () => {
  let deployed: Deployed;
  let kms: KMSClient;
  const clientOf = (more: object = {}) =>
    new KMSClient({ endpoint: deployed.endpoint, region: 'us-east-1', credentials: credentialsOf(alice), ...more });
  beforeAll(async () => {
    deployed = await startDeployed();
    kms = forApiGateway(clientOf());
  });
  afterAll(async () => {
    kms.destroy();
    await deployed.close();
  });

  it('lets the client encrypt and decrypt with a key it made, as who signed', async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: 'from afar' }));
    const KeyId = KeyMetadata?.KeyId;
    const EncryptionContext = { tenant: '42' };
    const Plaintext = Buffer.from('attack at dawn');
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }));
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
    expect(deployed.events.slice(-3).map(({ path }) => path)).toEqual(['/CreateKey', '/Encrypt', '/Decrypt']);
    expect(deployed.service.audited.at(-1)).toMatchObject({
      eventName: 'Decrypt',
      userIdentity: { arn: alice.arn },
      requestID: opened.$metadata.requestId,
    });
  });

  it.each(['', '/', '//'])('keeps the stage of an endpoint that ends in %j', async (end) => {
    const client = forApiGateway(clientOf({ endpoint: `${deployed.endpoint}${end}` }));
    await expect(client.send(new ListKeysCommand())).resolves.toMatchObject({ Truncated: false });
  });

  it('serves the aggregated client too', async () => {
    const client = forApiGateway(
      new KMS({ endpoint: deployed.endpoint, region: 'us-east-1', credentials: credentialsOf(alice) }),
    );
    await expect(client.generateRandom({ NumberOfBytes: 8 })).resolves.toMatchObject({ Plaintext: expect.anything() });
  });

  it('signs the path anew, and only once, when the client tries again', async () => {
    let failures = 2;
    const flaky = await startDeployed({
      functions: new Map([
        [
          '/GenerateRandom',
          async () => {
            failures -= 1;
            if (failures >= 0) throw new Error('a cold start that failed');
            return { statusCode: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: '{}' };
          },
        ],
      ]),
    });
    const client = forApiGateway(clientOf({ endpoint: flaky.endpoint, maxAttempts: 3 }));
    const { $metadata } = await client.send(new GenerateRandomCommand());
    expect([$metadata.attempts, flaky.events.length]).toEqual([3, 3]);
    await flaky.close();
  });

  it('leaves the errors of the service as they are', async () => {
    const KeyId = '00000000-0000-4000-8000-000000000000';
    const failed = kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }));
    await expect(failed).rejects.toBeInstanceOf(NotFoundException);
  });

  it('shows what the gateway refuses by its name', async () => {
    const closed = await startDeployed({ mayInvoke: () => false });
    const client = forApiGateway(clientOf({ endpoint: closed.endpoint }));
    await expect(client.send(new ListKeysCommand())).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********3333'),
    });
    await closed.close();
  });

  it('is needed: without it the same client signs for another service', async () => {
    await expect(clientOf().send(new ListKeysCommand())).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      message: expect.stringContaining("scoped to correct service: 'execute-api'"),
    });
  });

  it('is not needed where the router may be called: signing for execute-api is enough', async () => {
    const config: KMSClientConfig & { signingName: string } = {
      endpoint: deployed.endpoint,
      region: 'us-east-1',
      credentials: credentialsOf(alice),
      signingName: 'execute-api',
    };
    const client = new KMSClient(config);
    await expect(client.send(new ListKeysCommand())).resolves.toMatchObject({ Truncated: false });
    expect(deployed.events.at(-1)).toMatchObject({ resource: '/', requestContext: { path: '/prod/' } });
    client.destroy();
  });
});
