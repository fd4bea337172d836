import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userOf } from '../service.ts';
import { type InProcess, startInProcess } from './service-in-process.ts';

let kms: InProcess;
beforeAll(async () => {
  kms = await startInProcess();
});
afterAll(() => kms.close());

const account = '111122223333';
const use = { KeyId: 'alias/aws/s3', KeySpec: 'AES_256' };
const nobody = { ...userOf(account, 'nobody'), accessKeyId: 'AKIANOBODYNOBODY0000' };

describe('a service of the project', () => {
  const asS3 = { service: 's3.amazonaws.com', caller: nobody };

  it('calls KMS from inside, in any Region, for users of this machine', async () => {
    for (const region of ['us-east-1', 'eu-west-3']) {
      const { status, body } = await kms.service.callAs(region, asS3, 'GenerateDataKey', use);
      expect(status).toBe(200);
      const { KeyId, CiphertextBlob } = JSON.parse(body);
      expect(KeyId).toContain(`:kms:${region}:${account}:key/`);
      const input = { CiphertextBlob: Buffer.from(CiphertextBlob, 'base64') };
      expect((await kms.service.callAs(region, asS3, 'Decrypt', input)).status).toBe(200);
    }
    expect(kms.errors()).toEqual([]);
  });

  it('is told when there is no such Region', async () => {
    await expect(kms.service.callAs('mars', asS3, 'GenerateDataKey', use)).rejects.toThrow(RangeError);
  });
});

describe('nobody outside', () => {
  const refused = { status: 400, members: { __type: 'AccessDeniedException' } };

  it.each([
    ['User-Agent', 's3.amazonaws.com'],
    ['Via', 's3.amazonaws.com'],
    ['X-Forwarded-For', 's3.amazonaws.com'],
    ['X-Amz-Via-Service', 's3.us-east-1.amazonaws.com'],
    ['X-Amz-Invoked-By', 's3.amazonaws.com'],
    ['X-Amz-Source-Arn', 'arn:aws:s3:::bucket'],
    ['X-Amz-Source-Account', account],
    ['X-Amz-Caller', '{"type":"AWSService","arn":"s3.amazonaws.com","via":["s3.amazonaws.com"]}'],
  ])('becomes a service by the header %s: %s', async (name, value) => {
    const body = JSON.stringify(use);
    const answer = await kms.calls.send({
      operation: 'GenerateDataKey',
      headers: { [name.toLowerCase()]: value },
      body,
    });
    expect(answer).toMatchObject(refused);
  });

  it.each([{ via: ['s3.amazonaws.com'] }, { caller: { via: ['s3.amazonaws.com'] } }, { ViaService: 's3' }])(
    'becomes a service by the member %j',
    async (members) => {
      expect(await kms.calls.call('GenerateDataKey', { ...use, ...members })).toMatchObject(refused);
    },
  );

  it('finds a path that leads to calls of services', async () => {
    for (const path of ['/callAs', '/CallAs', '/callAs/GenerateDataKey']) {
      expect((await kms.calls.send({ path, body: JSON.stringify(use) })).status).toBeGreaterThanOrEqual(400);
    }
  });
});
