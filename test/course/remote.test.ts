import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { remoteActors, remoteFrom } from '../../cli/course/remote.ts';
import { administrator, lesson, nobody } from '../../exercises/lesson.ts';

const two = lesson({
  title: 'of a test',
  minutes: 15,
  accounts: { home: { users: { alice: administrator } }, away: { users: {}, roles: { reader: nobody }, root: 'boss' } },
  hints: ['none'],
  parts: {},
});

describe('a lesson on another service', () => {
  let folder: string;
  const asked: string[] = [];
  let answer = { status: 200, body: '' };
  const sts = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push(`${request.headers.authorization} ${body}`);
      response.writeHead(answer.status).end(answer.body);
    });
  });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kms-course-'));
    await writeFile(join(folder, 'aws'), '[r]\naws_access_key_id=AKIAEXAMPLE\naws_secret_access_key=secret\n');
    await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    sts.close();
    await rm(folder, { recursive: true });
  });
  afterEach(() => vi.unstubAllEnvs());

  const endpoint = 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod';
  const given = (...as: string[]) => remoteFrom({ endpoint, as }) ?? expect.unreachable();
  const useSts = () => {
    const address = sts.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    vi.stubEnv('AWS_ENDPOINT_URL_STS', `http://127.0.0.1:${port}`);
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'aws'));
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'aws'));
  };

  it('is in the Region that the endpoint names', () => {
    expect(given()).toMatchObject({ endpoint, region: 'eu-west-1' });
    expect(remoteFrom({})).toBeUndefined();
    expect(() => remoteFrom({ endpoint: 'nowhere' })).toThrow('must be a URL');
    expect(() => remoteFrom({ endpoint, as: ['alice'] })).toThrow('--as takes USER=PROFILE');
    expect(() => remoteFrom({ endpoint, region: 'moon' })).toThrow('not the name of a Region');
  });

  it('takes profiles for all of its users, and asks STS who those are whose ARN is not given', async () => {
    useSts();
    const reader = 'arn:aws:sts::222233334444:assumed-role/Reader/me';
    answer = { status: 200, body: JSON.stringify({ GetCallerIdentityResponse: { Arn: reader } }) };
    const boss = 'arn:aws:iam::222233334444:root';
    const alice = 'arn:aws:iam::111122223333:user/alice';
    const remote = given(`alice=a,${alice}`, 'reader=r', `boss=b,${boss}`);
    expect(await remoteActors(two, remote)).toEqual({
      alice: { account: 'home', accountId: '111122223333', arn: alice, profile: 'a' },
      reader: { account: 'away', accountId: '222233334444', arn: reader, profile: 'r' },
      boss: { account: 'away', accountId: '222233334444', arn: boss, profile: 'b' },
    });
    expect(asked).toEqual([
      expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d+\/eu-west-1\/sts\/aws4_request, .* Action=GetCallerIdentity/,
      ),
    ]);
  });

  it('is refused when somebody has no profile, or STS does not know them, or only a local service will do', async () => {
    useSts();
    await expect(remoteActors(two, given('alice=a,arn:aws:iam::111122223333:user/a'))).rejects.toThrow(
      'there is no profile for reader, boss',
    );
    answer = { status: 403, body: 'no' };
    await expect(remoteActors(two, given('alice=r', 'reader=r', 'boss=r'))).rejects.toThrow(
      /not known who the profile r is\nwhy: STS answered 403/,
    );
    await expect(remoteActors({ ...two, clock: true }, given())).rejects.toThrow('it moves the clock');
    await expect(remoteActors({ ...two, regions: true }, given())).rejects.toThrow('it calls several Regions');
  });
});
