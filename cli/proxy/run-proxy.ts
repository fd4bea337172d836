import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { CredentialsProvider } from '../../clients/proxy/forward.ts';
import type { ProxyOptions } from '../../clients/proxy/options.ts';
import { listen } from '../../clients/proxy/server.ts';
import { isThrowaway, newThrowawayKey } from '../../clients/proxy/throwaway-key.ts';
import { exportLines } from '../../local/credentials-lines.ts';
import { Failure, type Trouble, threeParts } from '../../local/failure.ts';
import type { Credential } from '../../local/sigv4.ts';
import { stoppable } from '../stoppable.ts';

/** Runs the proxy to a deployed service until SIGINT or SIGTERM. */
export const runProxy = (options: ProxyOptions, quiet: boolean): Promise<number> =>
  stoppable((stopped) => passOnUntil(stopped, options, quiet));

const passOnUntil = async (stopped: Promise<void>, options: ProxyOptions, quiet: boolean): Promise<number> => {
  const credentials = defaultProvider(options.profile === undefined ? {} : { profile: options.profile });
  await checkCredentials(credentials);
  const key = newThrowawayKey();
  const log = (trouble: Trouble) => process.stderr.write(`kms proxy: ${threeParts(trouble)}\n`);
  const server = await listen({ ...options, credentials, key, log }).catch(explainPort(options));
  const here = `http://127.0.0.1:${server.port}`;
  const greet = options.json ? readyLine : quiet ? justLines : welcome;
  process.stdout.write(greet(here, options, key));

  await stopped;
  await server.stop();
  return 0;
};

const fail = (trouble: Trouble, cause?: unknown): never => {
  throw new Failure(trouble, { cause });
};

/** Better now than at the first call. @throws {Error} in three parts */
const checkCredentials = async (credentials: CredentialsProvider): Promise<void> => {
  const found = await credentials().catch((error: unknown) =>
    fail(
      {
        what: 'there are no AWS credentials to sign with',
        why: error instanceof Error ? error.message : String(error),
        hint: 'log in (aws sso login, aws configure), name a profile with --profile, or set AWS_ACCESS_KEY_ID and its secret',
      },
      error,
    ),
  );
  if (isThrowaway(found)) {
    fail({
      what: 'the AWS credentials found are not yours',
      why: 'the environment has the export lines of a proxy, whose key opens nothing on AWS',
      hint: 'start the proxy in a terminal where you did not paste them',
    });
  }
};

const explainPort =
  ({ port }: ProxyOptions) =>
  (error: NodeJS.ErrnoException): never =>
    fail(
      {
        what: `cannot listen on port ${port}`,
        why: error.code === 'EADDRINUSE' ? 'something else listens there, perhaps another proxy' : error.message,
        hint: 'take another with --port N, or any free one with --port 0',
      },
      error,
    );

const readyLine = (here: string, { endpoint, region }: ProxyOptions, { accessKeyId, secretAccessKey }: Credential) =>
  `${JSON.stringify({ ready: true, endpoint: here, to: endpoint.href, region, accessKeyId, secretAccessKey, pid: process.pid })}\n`;

// What is left of other credentials would be mixed with this key.
const linesFor = (here: string, region: string, key: Credential): readonly string[] => [
  'unset AWS_PROFILE AWS_SESSION_TOKEN',
  ...exportLines(here, region, key),
];

const justLines = (here: string, { region }: ProxyOptions, key: Credential): string =>
  linesFor(here, region, key)
    .map((line) => `${line}\n`)
    .join('');

const welcome = (here: string, { endpoint, region }: ProxyOptions, key: Credential): string => {
  const lines = linesFor(here, region, key);
  return `${here} leads to ${endpoint.href} in ${region}, with your own AWS credentials

In another terminal, paste

${lines.map((line) => `  ${line}\n`).join('')}
and try

  aws kms list-keys

This key opens the proxy alone, and only until it stops: it stands for your rights on the service meanwhile.
Stop with Ctrl-C.
`;
};
