import type { Principal } from './principals.ts';
import type { Credential } from './sigv4.ts';

/** What an environment needs so that AWS clients call an endpoint with a credential. */
export const exportedVariables = (endpoint: string, region: string, credential: Credential) => ({
  AWS_ENDPOINT_URL_KMS: endpoint,
  AWS_ACCESS_KEY_ID: credential.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credential.secretAccessKey,
  ...(credential.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credential.sessionToken }),
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region, // the one that the AWS CLI v1 and boto3 read
});

/** The same in lines for a shell. */
export const exportLines = (endpoint: string, region: string, credential: Credential): readonly string[] =>
  Object.entries(exportedVariables(endpoint, region, credential)).map(
    ([name, value]) => `export ${name}=${quoted(value)}`,
  );

/** For a POSIX shell; plain where nothing needs quoting. */
export const quoted = (value: string): string =>
  /^[A-Za-z0-9_./:+=@-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;

/** How people name a principal: a user's name, `root`, or `ROLE/SESSION`. */
export const profileName = ({ type, userName, arn }: Principal): string =>
  type === 'Root' ? 'root' : (userName ?? arn.split(':assumed-role/')[1] ?? arn);
