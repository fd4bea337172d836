import { UsageError } from '../../local/options.ts';
import { dataOption, type Options, type Values } from '../command.ts';

/** What `encrypt` and `decrypt` have in common. */
export const fileOptions = {
  context: { value: 'NAME=VALUE', about: 'a pair of the encryption context', many: true },
  output: { value: 'FILE', about: 'where to; - for stdout' },
  force: { about: 'replace the file if it is there' },
  profile: { value: 'NAME', about: 'as whom, as `env` knows them', byDefault: 'admin' },
  endpoint: {
    value: 'URL',
    about: 'of another service; credentials are those of the environment then',
    variable: 'AWS_ENDPOINT_URL_KMS',
    byDefault: 'the service of the data folder',
  },
  region: {
    value: 'REGION',
    about: 'of keys that are not named by ARN',
    variable: 'AWS_REGION',
    byDefault: 'us-east-1',
  },
  ...dataOption,
} as const satisfies Options;

export type FileValues = Values<typeof fileOptions>;

/** The encryption context of `--context` options. @throws {UsageError} */
export const contextFrom = (pairs: readonly string[] = []): Readonly<Record<string, string>> => {
  const context: Record<string, string> = Object.create(null); // no name is special
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    if (at <= 0) throw new UsageError(`--context takes NAME=VALUE, not "${pair}"`);
    if (name in context) throw new UsageError(`--context has ${name} twice`);
    if (name.startsWith('aws-crypto-'))
      throw new UsageError('names that begin with aws-crypto- belong to the AWS Encryption SDK');
    context[name] = pair.slice(at + 1);
  }
  return context;
};
