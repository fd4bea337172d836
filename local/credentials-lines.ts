import type { Principal } from './principals.ts';
import type { Credential } from './sigv4.ts';

/**
 * What a shell must export so that AWS clients call an endpoint with a credential.
 * AWS_DEFAULT_REGION is the one that the AWS CLI v1 and boto3 read.
 */
export const exportLines = (endpoint: string, region: string, credential: Credential): readonly string[] =>
  Object.entries({
    AWS_ENDPOINT_URL_KMS: endpoint,
    AWS_ACCESS_KEY_ID: credential.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credential.secretAccessKey,
    ...(credential.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credential.sessionToken }),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  }).map(([name, value]) => `export ${name}=${quoted(value)}`);

/** For a POSIX shell; plain where nothing needs quoting. */
const quoted = (value: string): string =>
  /^[A-Za-z0-9_./:+=@-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;

/** How people name a principal: a user's name, `root`, or `ROLE/SESSION`. */
export const profileName = ({ type, userName, arn }: Principal): string =>
  type === 'Root' ? 'root' : (userName ?? arn.split(':assumed-role/')[1] ?? arn);
