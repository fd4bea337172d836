import { isRegion } from '../../core/model/arn.ts';
import type { Lesson } from '../../exercises/lesson.ts';
import { defaultRegion } from '../../local/default-region.ts';
import { Failure } from '../../local/failure.ts';
import { UsageError } from '../../local/options.ts';
import type { Values } from '../command.ts';
import type { Actor } from './state.ts';

/** A service that is not the local one: nobody is made there, so AWS profiles of the student's stand for users. */
export interface Remote {
  readonly endpoint: string;
  readonly region: string;
  /** By the lesson's names; the ARN where it was given. */
  readonly profiles: ReadonlyMap<string, { readonly profile: string | undefined; readonly arn: string | undefined }>;
}

export const remoteOptions = {
  endpoint: { value: 'URL', about: 'of a deployed service, for lessons that need neither the clock nor other Regions' },
  as: {
    value: 'USER=PROFILE[,ARN]',
    about: 'there: the AWS profile that stands for a user of the lesson; STS tells its ARN, unless you do',
    many: true,
  },
  region: { value: 'REGION', about: 'there: of the service', variable: 'AWS_REGION', byDefault: "the endpoint's own" },
} as const;

/** @returns undefined for the local service. @throws {UsageError} */
export const remoteFrom = (values: Values<typeof remoteOptions>): Remote | undefined => {
  const { endpoint, as = [], region } = values;
  if (endpoint === undefined) {
    if (as.length > 0 || region !== undefined) throw new UsageError('--as and --region go with --endpoint');
    return undefined;
  }
  if (!URL.canParse(endpoint)) throw new UsageError(`--endpoint must be a URL, not "${endpoint}"`);
  const told = /\.execute-api\.([a-z0-9-]+)\./.exec(new URL(endpoint).hostname)?.[1];
  const chosen = region ?? told ?? (process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || defaultRegion);
  if (!isRegion(chosen)) throw new UsageError(`"${chosen}" is not the name of a Region`);
  const profiles = as.map((one) => {
    const [, user = '', profile = '', arn] = /^([^=]+)=([^,]+)(?:,(arn:.+))?$/.exec(one) ?? [];
    if (user === '') throw new UsageError(`--as takes USER=PROFILE or USER=PROFILE,ARN, not "${one}"`);
    return [user, { profile, arn }] as const;
  });
  return { endpoint, region: chosen, profiles: new Map(profiles) };
};

/** Everybody in the lesson, as profiles; a lesson's only user may be who the environment says. @throws {Failure} */
export const remoteActors = async (lesson: Lesson, remote: Remote): Promise<Readonly<Record<string, Actor>>> => {
  const why = lesson.clock
    ? 'it moves the clock, which only a local service lets it'
    : lesson.regions && 'it calls several Regions, which only a local service has at one address';
  if (why) {
    throw new Failure({ what: 'this lesson cannot be done on a deployed service', why, hint: 'leave --endpoint out' });
  }
  const wanted = Object.entries(lesson.accounts).flatMap(([account, { users, roles = {}, root }]) =>
    [...Object.keys(users), ...Object.keys(roles), ...(root === undefined ? [] : [root])].map((name) => ({
      name,
      account,
    })),
  );
  const lacking = wanted.filter(({ name }) => wanted.length > 1 && !remote.profiles.has(name));
  if (lacking.length > 0) {
    const all = wanted.map(({ name, account }) => `${name} (account ${account})`).join(', ');
    throw new Failure({
      what: `there is no profile for ${lacking.map(({ name }) => name).join(', ')}`,
      why: `the lesson has ${all}; on a deployed service the course makes nobody`,
      hint: `make them in IAM, with the policies in the lesson's lesson.ts, and name their profiles: ${lacking.map(({ name }) => `--as ${name}=PROFILE`).join(' ')}`,
    });
  }
  const actors = wanted.map(async ({ name, account }) => {
    const { profile, arn: given } = remote.profiles.get(name) ?? { profile: process.env.AWS_PROFILE, arn: undefined };
    const arn = given ?? (await arnOf(profile, remote.region));
    return [name, { account, accountId: arn.split(':')[4] ?? '', arn, profile }] as const;
  });
  return Object.fromEntries(await Promise.all(actors));
};

/** Whose credentials a profile has. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
const arnOf = async (profile: string | undefined, region: string): Promise<string> => {
  const [{ defaultProvider }, { SignatureV4 }, { Sha256 }] = await Promise.all([
    import('@aws-sdk/credential-provider-node'),
    import('@smithy/signature-v4'),
    import('../../clients/proxy/sha256.ts'),
  ]);
  const url = new URL(process.env.AWS_ENDPOINT_URL_STS || `https://sts.${region}.amazonaws.com/`);
  const body = 'Action=GetCallerIdentity&Version=2011-06-15';
  const credentials = defaultProvider(profile === undefined ? {} : { profile });
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
  const asked = async () => {
    const { headers } = await signer.sign({
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: '/',
      query: {},
      headers: { host: url.host, accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
    const response = await fetch(url, { method: 'POST', headers, body });
    const text = await response.text();
    const [arn] = /arn:[\w-]+:(?:iam|sts)::\d{12}:[^"<]+/.exec(text) ?? [];
    if (!response.ok || arn === undefined) throw new Error(`STS answered ${response.status}: ${text}`);
    return arn;
  };
  return asked().catch((cause: Error) => {
    throw new Failure(
      {
        what: `it is not known who ${profile === undefined ? 'the environment' : `the profile ${profile}`} is`,
        why: cause.message,
        hint: 'mend the credentials; or name the ARN: --as USER=PROFILE,ARN',
      },
      { cause },
    );
  });
};
