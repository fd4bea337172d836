import { cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lesson } from '../../exercises/lesson.ts';
import { quoted } from '../../local/credentials-lines.ts';
import { Failure } from '../../local/failure.ts';
import { dataDirFrom } from '../../local/options.ts';
import type { Credential } from '../../local/sigv4.ts';
import { type Place, principalsFileOf } from '../principals-of.ts';
import type { LessonFolder } from './lessons.ts';
import { firstOf, type State } from './state.ts';

/** @throws {Failure} when something is there already */
export const makeWorkFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length === 0) return;
  throw new Failure({
    what: `the work folder ${folder} is not empty`,
    why: 'a lesson begins in a folder of its own',
    hint: 'take another with --dir DIR, or move what is there',
  });
};

/** The folder itself stays: a shell may be in it. */
export const emptyWorkFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
};

/** What the lesson gives the student; a file that is there stays. */
export const copyStart = async (lesson: LessonFolder, folder: string): Promise<void> => {
  await cp(join(lesson.folder, 'start'), folder, { recursive: true, force: false }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error; // not every lesson gives files
    },
  );
};

/** Programs in the work folder find the AWS SDK, wherever the folder is. */
export const linkSdk = async (folder: string): Promise<void> => {
  const name = '@aws-sdk/client-kms';
  const sdk = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  await mkdir(join(folder, 'node_modules', dirname(name)), { recursive: true });
  await symlink(sdk, join(folder, 'node_modules', name), 'junction');
};

/** Who signs, by name, where the course made them. */
export type Credentials = ReadonlyMap<string, Credential>;

/** Files for a shell and for AWS clients: who the student is, and where the service is. */
export const writeEnvironment = async (
  place: Place,
  { number }: LessonFolder,
  lesson: Lesson,
  state: State,
  credentials: Credentials,
): Promise<void> => {
  const { folder, region } = state;
  const write = (name: string, text: string) => writeFile(join(folder, name), text, { mode: 0o600 });
  const names = [...credentials.keys()];
  if (!state.remote) {
    await write('aws-config', names.map((name) => `[profile ${name}]\nregion = ${region}\n`).join('\n'));
    await write('aws-credentials', [...credentials].map(credentialLines).join('\n'));
  }
  const others = Object.keys(state.actors).filter((name) => name !== firstOf(state));
  const first = state.actors[firstOf(state)]?.profile ?? firstOf(state);
  const profileOf = (name: string) => state.actors[name]?.profile ?? name;
  const says = [
    `# Lesson ${number}. In this folder: . ./env`,
    `# Then \`aws kms ...\` calls the service as ${firstOf(state)}.`,
    ...(state.remote ? ['# How the AWS CLI and SDKs call a deployed service: docs/clients.md of serverless-kms.'] : []),
    ...others.map((name) => `# As ${name}: aws --profile ${profileOf(name)} kms ...`),
  ];
  const variables: Readonly<Record<string, string>> = {
    AWS_PROFILE: first,
    ...(!state.remote && {
      AWS_CONFIG_FILE: join(folder, 'aws-config'),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'aws-credentials'),
      AWS_EC2_METADATA_DISABLED: 'true',
    }),
    AWS_ENDPOINT_URL_KMS: state.endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_PAGER: '',
    KMS_DATA: resolve(dataDirFrom(place.data, process.env)),
    ...((place.principals ?? process.env.KMS_PRINCIPALS) && { KMS_PRINCIPALS: resolve(principalsFileOf(place)) }),
    ...Object.fromEntries(Object.entries(state.actors).map(([name, { arn }]) => [`${shouted(name)}_ARN`, arn])),
    ...Object.fromEntries(
      Object.values(state.actors).map(({ account, accountId }) => [`${shouted(account)}_ACCOUNT`, accountId]),
    ),
    ...Object.fromEntries(
      Object.entries(state.facts).flatMap(([name, fact]) =>
        lesson.hidden?.includes(name) ? [] : [[shouted(name), fact]],
      ),
    ),
  };
  const lines = [
    ...says,
    'unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_DEFAULT_PROFILE',
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`),
    `node() { ${quoted(process.execPath)} "$@"; } # one that runs TypeScript`,
    `kms() { node ${quoted(program)} "$@"; }`,
  ];
  await write('env', `${lines.join('\n')}\n`);
};

const program = fileURLToPath(new URL('../../bin/kms.mjs', import.meta.url));

const credentialLines = ([name, { accessKeyId, secretAccessKey, sessionToken }]: readonly [string, Credential]) =>
  [
    `[${name}]`,
    `aws_access_key_id = ${accessKeyId}`,
    `aws_secret_access_key = ${secretAccessKey}`,
    ...(sessionToken === undefined ? [] : [`aws_session_token = ${sessionToken}`]),
    '',
  ].join('\n');

/** `sealedKey` as SEALED_KEY. */
const shouted = (name: string): string =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/\W/g, '_')
    .toUpperCase();
