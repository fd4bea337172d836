import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { verifyFolder } from '../../local/audit/verify-folder.ts';
import type { RunningStack } from './assembly.ts';
import { deliver, enqueue, fire } from './events.ts';
import type { World } from './world.ts';

const minuteMs = 60_000;

/** From the queue to the bucket, and from there to the verifier. */
export const auditSuite = (world: () => World): void => {
  it('puts every call that reached a function on record, once', async () => {
    const { home, sister } = world();
    for (const stack of [home, sister]) {
      expect(await deliver(world(), stack)).toEqual({ count: expect.any(Number), left: 0 });
      expect(await deliver(world(), stack)).toEqual({ count: 0, left: 0 });
      const records = await recordsIn(stack, world());
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
  });

  it('writes no record twice, loses none that S3 refuses for a while, and sets aside what is none', async () => {
    const { home, aws, clock } = world();
    const [behind, before] = [aws.behind.get(home.region), await recordsIn(home, world())];
    const [mapping] = home.ofType('AWS::Lambda::EventSourceMapping');
    const queue = mapping?.properties.EventSourceArn;
    if (behind === undefined) throw new Error('nothing is there');
    const eventID = '11111111-2222-4333-8444-555555555555';
    const fresh = JSON.stringify({ ...before[0], eventID, eventTime: clock.now().toISOString().replace(/\.\d+/, '') });
    await enqueue(world(), home, queue, [JSON.stringify(before[0]), fresh, 'no record']);
    behind.fault = ({ what }) => (what.startsWith('PUT ') ? { status: 400, code: 'InvalidRequest' } : undefined);
    expect(await deliver(world(), home)).toMatchObject({ count: 3, left: 2 }); // all of the account
    behind.fault = () => undefined;
    expect(await deliver(world(), home)).toMatchObject({ count: 2, left: 1 }); // another may be writing it still
    clock.pass(3 * minuteMs);
    expect(await deliver(world(), home)).toMatchObject({ count: 1, left: 0 });
    const after = (await recordsIn(home, world())).map((record) => record.eventID);
    expect(after.toSorted()).toEqual([...before.map((record) => record.eventID), eventID].toSorted());
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

/** Of all log files. */
const recordsIn = async (stack: RunningStack, world: World): Promise<readonly AuditRecord[]> =>
  [...(await objectsOf(stack, world))].flatMap(([name, bytes]) =>
    name.includes('/CloudTrail/') ? JSON.parse(gunzipSync(bytes).toString()).Records : [],
  );

/** As far as it is looked at. */
interface AuditRecord {
  readonly eventID: string;
  readonly eventType: string;
  readonly awsRegion: string;
  readonly requestID?: string;
  readonly recipientAccountId: string;
  readonly userIdentity: { readonly accountId: string };
}

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
