import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { verifyFolder } from '../../local/audit/verify-folder.ts';
import type { RunningStack } from './assembly.ts';
import { deliver, fire } from './events.ts';
import type { World } from './world.ts';

const minuteMs = 60_000;

/** From the queue to the bucket, and from there to the verifier. */
export const auditSuite = (world: () => World): void => {
  it('puts every call that reached a function on record, once', async () => {
    const { home, sister, clock } = world();
    for (const stack of [home, sister]) {
      expect(await deliver(world(), stack)).toBeGreaterThan(0);
      expect(await deliver(world(), stack)).toBe(0);
      const objects = await objectsOf(stack, world());
      const records = [...objects].flatMap(([name, bytes]) =>
        name.includes('/CloudTrail/') ? JSON.parse(gunzipSync(bytes).toString()).Records : [],
      );
      const calls = records.filter(
        ({ eventType, awsRegion, recipientAccountId, userIdentity }) =>
          eventType === 'AwsApiCall' &&
          awsRegion === stack.region && // what a call did elsewhere is on record there too
          recipientAccountId === userIdentity.accountId, // and in the account of a key that is not the caller's
      );
      expect(calls.map(({ requestID }) => requestID).toSorted()).toEqual(
        stack.api.events.map(({ requestContext }) => requestContext.requestId).toSorted(),
      );
    }
    clock.pass(70 * minuteMs);
  });

  it('signs digests of it, which the verifier finds complete', async () => {
    for (const stack of [world().home, world().sister]) {
      expect(await fire(world(), stack, 'MakeAuditDigests')).toBe(true);
      const folder = await mkdtemp(join(tmpdir(), 'assembly-audit-'));
      try {
        for (const [name, bytes] of await objectsOf(stack, world())) {
          await mkdir(join(folder, dirname(name)), { recursive: true });
          await writeFile(join(folder, name), bytes);
        }
        const paths = await readdir(folder, { recursive: true });
        const keyFiles = paths.filter((path) => path.endsWith('.pem')).map((path) => join(folder, path));
        const results = [...(await verifyFolder({ folder, keyFiles })).values()];
        expect(results.length).toBeGreaterThan(0);
        for (const { damages, digests } of results) {
          expect(damages).toEqual([]);
          expect(digests).toBeGreaterThan(0);
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    }
  });
};

/** All that is in the bucket of a stack. */
const objectsOf = async (stack: RunningStack, { aws }: World): Promise<ReadonlyMap<string, Uint8Array>> => {
  const endpoint = aws.behind.get(stack.region)?.endpoint ?? '';
  const s3 = new S3Client({
    endpoint,
    region: stack.region,
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'none' },
  });
  const [bucket] = stack.ofType('AWS::S3::Bucket');
  const Bucket = bucket?.name;
  const objects = new Map<string, Uint8Array>();
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken }));
    for (const { Key = '' } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      objects.set(Key, (await Body?.transformToByteArray()) ?? new Uint8Array());
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  s3.destroy();
  return objects;
};
