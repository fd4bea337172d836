import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deliveryHandler } from '../../../lambdas/audit/delivery-handler.ts';
import type { Fault } from './aws.ts';
import { account, eventOf, newWorld, otherAccount, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await world.close();
});

const records = async (count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(await world.record());
  return ids.sort();
};
const slowDown: Fault = { status: 503, code: 'SlowDown' };
/** The first so many requests that match have the fault. */
const when = (matches: RegExp, fault: Fault, times = Number.POSITIVE_INFINITY) => {
  let left = times;
  world.aws.fault = ({ what }) => {
    if (left === 0 || !matches.test(what)) return undefined;
    left -= 1;
    return fault;
  };
};
const s3Puts = /^PUT /;
const claiming = /^PutItem$/;
const noFaults = () => {
  world.aws.fault = () => undefined;
};

describe('records from the queue', () => {
  it('become a log file in the layout of CloudTrail for each account and Region, and leave the queue', async () => {
    const mine = [await world.record(), await world.record()];
    const theirs = await world.record(otherAccount);
    const elsewhere = await world.record(account, { awsRegion: 'eu-west-1' });
    expect(await world.handle(await world.receive())).toBe(0);
    const nameOf = (owner: string, region: string) =>
      expect.stringMatching(
        `^AWSLogs/${owner}/CloudTrail/${region}/2027/01/31/${owner}_CloudTrail_${region}_20270131T1020Z_[A-Za-z0-9]{16}.json.gz$`,
      );
    const files = await world.logFiles();
    expect(files).toEqual([
      nameOf(account, 'eu-west-1'),
      nameOf(account, 'us-east-1'),
      nameOf(otherAccount, 'us-east-1'),
    ]);
    const contents = await Promise.all(files.map(world.contentOf));
    const ids = contents.map(({ Records }) => Records.map(({ eventID }: { eventID: string }) => eventID));
    expect(ids).toEqual([[elsewhere], mine.toSorted(), [theirs]]);
    expect(Object.keys(contents[0])).toEqual(['Records']);
    expect(await world.receive()).toEqual([]);
  });

  it('are in their file by time, as they were sent', async () => {
    const late = await world.record(account, { eventTime: '2027-01-31T10:20:30Z', text: 'ü\u2028"' });
    const early = await world.record(account, { eventTime: '2027-01-31T10:18:59Z' });
    await world.handle(await world.receive());
    const [file = ''] = await world.logFiles();
    const { Records } = await world.contentOf(file);
    expect(Records.map(({ eventID }: { eventID: string }) => eventID)).toEqual([early, late]);
    expect(Records[1].text).toBe('ü\u2028"');
  });

  it('cost one file and one claim for a minute of thousands', async () => {
    const one = await world.record();
    const [message] = await world.receive();
    const copies = Array.from({ length: 5000 }, (_, index) => {
      const id = `${one.slice(0, -4)}${index.toString(16).padStart(4, '0')}`;
      return { ...message, MessageId: `m${index}`, Body: message?.Body?.replace(one, id) };
    });
    world.aws.asked.length = 0;
    const { batchItemFailures } = await world.deliver(eventOf(copies));
    expect(batchItemFailures).toEqual([]);
    expect(new Set(await world.filed()).size).toBe(5000);
    const writes = world.aws.asked.filter(({ what }) => /^PUT|PutItem/.test(what));
    expect(writes.map(({ service }) => service)).toEqual(['dynamodb', 's3']);
  });
});

describe('a record is in one file, once', () => {
  it('when it was sent twice, because the answer of SQS was lost', async () => {
    when(/^SendMessage$/, 'cut after', 1);
    const id = await world.record();
    const messages = await world.receive();
    expect(messages).toHaveLength(2);
    expect(await world.handle(messages)).toBe(0);
    expect(await world.filed()).toEqual([id]);
  });

  it('when its batch comes again after a crash between file and answer, in other company', async () => {
    const ids = await records(3);
    const messages = await world.receive();
    await world.deliver(eventOf(messages.slice(0, 2)));
    expect(await world.filed()).toHaveLength(2);
    await world.settle(messages, () => true);
    ids.push(await world.record());
    expect(await world.handle(await world.receive())).toBe(0);
    expect(await world.filed()).toEqual(ids.toSorted());
  });

  it('when it comes again days later', async () => {
    const id = await world.record();
    const messages = await world.receive();
    await world.deliver(eventOf(messages));
    world.passSeconds(13 * 86_400);
    expect(await world.handle(messages)).toBe(0);
    expect(await world.filed()).toEqual([id]);
  });

  it('when two functions have it in hand at the same moment', async () => {
    const ids = await records(10);
    const messages = await world.receive();
    const halves = [messages.slice(0, 7), messages.slice(3)];
    const answers = await Promise.all(halves.map((half) => world.newDeliverer()(eventOf(half))));
    await world.settle(messages, () => true); // the worst case: neither answer arrived
    expect(answers.flatMap(({ batchItemFailures }) => batchItemFailures).length).toBeLessThanOrEqual(4);
    world.passSeconds(420);
    expect(await world.handle(await world.receive())).toBe(0);
    expect(await world.filed()).toEqual(ids);
  });

  it('when a function died between claim and file: others wait until it is surely dead, then deliver', async () => {
    const ids = await records(2);
    when(s3Puts, 'cut before');
    const messages = await world.receive();
    await world.handle(messages);
    expect(await world.filed()).toEqual([]);
    noFaults();
    world.passSeconds(60);
    expect(await world.handle(await world.receive())).toBe(2);
    expect(await world.filed()).toEqual([]);
    world.passSeconds(61);
    expect(await world.handle(await world.receive())).toBe(0);
    expect(await world.filed()).toEqual(ids);
  });

  it('when the file was made and S3 could not say so', async () => {
    const ids = await records(2);
    when(s3Puts, 'cut after', 1);
    expect(await world.handle(await world.receive())).toBe(0); // the next try of the same request is refused: it is there
    ids.push(await world.record());
    when(s3Puts, 'cut after');
    expect(await world.handle(await world.receive())).toBe(1); // it never heard
    noFaults();
    expect(await world.handle(await world.receive())).toBe(0);
    expect(await world.filed()).toEqual(ids.toSorted());
  });

  it('when the claim was made and DynamoDB could not say so', async () => {
    const ids = await records(2);
    when(claiming, 'cut after', 1);
    expect(await world.handle(await world.receive())).toBe(0);
    expect(await world.filed()).toEqual(ids);
  });

  it('when nobody knows whether a part of a batch was claimed: then none of it is written', async () => {
    const ids = await records(2);
    world.passSeconds(60);
    ids.push(await world.record());
    when(claiming, 'cut after', 5); // all three tries of one of the two minutes, and two of the other
    expect(await world.handle(await world.receive())).toBe(3);
    noFaults();
    expect(await world.filed()).toEqual([]);
    world.passSeconds(420);
    expect(await world.handle(await world.receive())).toBe(0);
    expect(await world.filed()).toEqual(ids.toSorted());
  });
});

// Ends when the queue is empty: what was lost would be missing in the files, what came twice would be there twice.
it.each([1, 13])(
  'loses nothing and has nothing twice, whatever goes wrong (%i)',
  { timeout: 120_000 },
  async (seed) => {
    const random = seeded(seed);
    const faults: readonly Fault[] = ['cut before', 'cut after', slowDown];
    const ids: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      for (let count = 0; count < 12; count += 1) {
        ids.push(await world.record(random() < 0.3 ? otherAccount : account));
        world.passSeconds(random() * 10);
      }
      world.aws.fault = ({ service }) =>
        service !== 'sqs' && random() < 0.3 ? faults[Math.floor(random() * faults.length)] : undefined;
      const messages = (await world.receive()).toSorted(() => random() - 0.5);
      const cut = Math.floor(random() * messages.length);
      // Two functions, some messages with both; the answer of one may be lost.
      const both = [messages.slice(0, cut + 3), messages.slice(cut)];
      const answers = await Promise.all(both.map((part) => world.newDeliverer()(eventOf(part))));
      const again = new Set(
        answers.flatMap(({ batchItemFailures }) => batchItemFailures.map((one) => one.itemIdentifier)),
      );
      world.aws.fault = () => undefined;
      const isLost = random() < 0.3;
      await world.settle(messages, ({ MessageId = '' }) => isLost || again.has(MessageId));
      world.passSeconds(random() * 400);
    }
    do world.passSeconds(420);
    while ((await world.handle(await world.receive())) > 0);
    expect(await world.filed()).toEqual(ids.toSorted());
  },
);

/** Numbers from 0 to 1, the same for the same seed. */
const seeded = (seed: number) => () => {
  seed = (seed * 48_271) % 2_147_483_647; // Lehmer's generator
  return seed / 2_147_483_647;
};

describe('when a service refuses for minutes', () => {
  it('S3: all records come again, and are delivered once it answers', async () => {
    const ids = await records(3);
    when(s3Puts, slowDown);
    for (let tries = 0; tries < 2; tries += 1) {
      expect(await world.handle(await world.receive())).toBe(3);
      world.passSeconds(420);
    }
    expect(world.lines.at(-1)).toMatchObject({
      level: 'error',
      message: `3 audit records of ${account} us-east-1 were not delivered; they will come again`,
      error: { name: 'SlowDown' },
    });
    noFaults();
    expect(await world.handle(await world.receive())).toBe(0);
    expect(await world.filed()).toEqual(ids);
    expect(await world.undelivered()).toEqual([]);
  });

  it('S3 for one account: the others have their files', async () => {
    const id = await world.record();
    const other = await world.record(otherAccount);
    when(new RegExp(`^PUT .*/${otherAccount}/`), slowDown);
    expect(await world.handle(await world.receive())).toBe(1);
    expect(await world.filed()).toEqual([id]);
    noFaults();
    world.passSeconds(420);
    expect(await world.handle(await world.receive())).toBe(0);
    expect(await world.filed()).toEqual([id, other].sort());
  });

  it('DynamoDB: the same', async () => {
    const ids = await records(2);
    when(claiming, { status: 400, code: 'ProvisionedThroughputExceededException' });
    expect(await world.handle(await world.receive())).toBe(2);
    expect(world.lines.at(-1)).toMatchObject({ message: expect.stringContaining('were not delivered') });
    noFaults();
    expect(await world.handle(await world.receive())).toBe(0);
    expect(await world.filed()).toEqual(ids);
  });
});

describe('a message that is no record', () => {
  const good = `"recipientAccountId":"${account}","awsRegion":"us-east-1"`;
  const id = '"eventID":"11111111-1111-4111-8111-111111111111"';
  const bad = [
    ['{"eve', 'it is not JSON'],
    ['null', 'it does not say of which account and Region it is'],
    [
      `{"recipientAccountId":"../../evil","awsRegion":"us-east-1"}`,
      'it does not say of which account and Region it is',
    ],
    [`{${good},"eventTime":"2027-01-31T10:20:30Z"}`, 'its eventID is not a UUID'],
    [`{${good},${id},"eventTime":"today"}`, 'its eventTime is not an instant'],
  ] as const;

  it('is set aside with the reason, and holds nobody up', async () => {
    const [one = ''] = await records(1);
    for (const [text] of bad) await world.send(text);
    expect(await world.handle(await world.receive())).toBe(0);
    expect(await world.filed()).toEqual([one]);
    expect((await world.undelivered()).toSorted()).toEqual(bad.map((pair) => [...pair]).toSorted());
    const told = world.lines.filter(({ level }) => level === 'error');
    expect(told).toHaveLength(bad.length);
  });

  it('comes again when it could not be set aside, and nothing else does', async () => {
    const [one = ''] = await records(1);
    await world.send('{"eve');
    when(/^SendMessage$/, { status: 400, code: 'RequestThrottled' });
    expect(await world.handle(await world.receive())).toBe(1);
    noFaults();
    expect(await world.filed()).toEqual([one]);
    expect(await world.handle(await world.receive())).toBe(0);
    expect(await world.undelivered()).toHaveLength(1);
  });
});

it.each(['AUDIT_BUCKET', 'AUDIT_CLAIMS_TABLE', 'UNDELIVERED_QUEUE_URL'])('does not start without %s', (name) => {
  const set = { AUDIT_BUCKET: 'b', AUDIT_CLAIMS_TABLE: 't', UNDELIVERED_QUEUE_URL: 'q', [name]: '' };
  expect(() => deliveryHandler(set)).toThrow(`the environment variable ${name} is not set`);
});
