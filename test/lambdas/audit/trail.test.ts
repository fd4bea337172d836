import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, expect, it } from 'vitest';
import { s3Trail } from '../../../lambdas/audit/trail.ts';

const s3 = mockClient(S3Client);
afterEach(() => s3.reset());
afterAll(() => s3.restore());

it('lists what S3 tells in several pages, from where it was asked to', async () => {
  s3.on(ListObjectsV2Command, { StartAfter: 'logs/a' }).resolves({
    Contents: [{ Key: 'logs/b' }],
    NextContinuationToken: 'more',
  });
  s3.on(ListObjectsV2Command, { ContinuationToken: 'more' }).resolves({ Contents: [{ Key: 'logs/c' }] });
  const found: string[] = [];
  for await (const object of s3Trail('log').objects('logs/', 'logs/a')) found.push(object);
  expect(found).toEqual(['logs/b', 'logs/c']);
  expect(s3.commandCalls(ListObjectsV2Command)[0]?.args[0].input).toMatchObject({ Bucket: 'log', Prefix: 'logs/' });
});

it('lists folders of several pages', async () => {
  s3.on(ListObjectsV2Command).resolves({ CommonPrefixes: [{ Prefix: 'logs/2026/' }], NextContinuationToken: 'more' });
  s3.on(ListObjectsV2Command, { ContinuationToken: 'more' }).resolves({ CommonPrefixes: [{ Prefix: 'logs/2027/' }] });
  expect(await s3Trail('log').folders('logs/')).toEqual(['2026', '2027']);
  expect(s3.commandCalls(ListObjectsV2Command)[0]?.args[0].input).toMatchObject({ Delimiter: '/' });
});
