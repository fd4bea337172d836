import { parseArgs } from 'node:util';

/** How the local service is started: flag before environment before default. */
export interface StartOptions {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly inMemory: boolean;
  readonly principalsFile: string | undefined;
  readonly seedFile: string | undefined;
  readonly dynamoDbEndpoint: string | undefined;
  readonly attestationRootFile: string | undefined;
  readonly endpointPolicyFile: string | undefined;
  readonly grantDelaySeconds: number;
  /** `aws` or the path of a file. */
  readonly quotas: string | undefined;
  readonly json: boolean;
}

const flags = {
  host: { type: 'string' },
  port: { type: 'string' },
  data: { type: 'string' },
  'in-memory': { type: 'boolean' },
  principals: { type: 'string' },
  seed: { type: 'string' },
  'dynamodb-endpoint': { type: 'string' },
  'attestation-root': { type: 'string' },
  'endpoint-policy': { type: 'string' },
  'grant-delay': { type: 'string' },
  quotas: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const usage = `usage: npm start -- [options]

  --port N                 port to listen on; 0 for any free one            KMS_PORT               4599
  --host HOST              address to listen on                             KMS_HOST               127.0.0.1
  --data DIR               folder for keys, principals and audit files      KMS_DATA               .kms
  --in-memory              keep nothing                                     KMS_IN_MEMORY=1
  --principals FILE        who may call                                     KMS_PRINCIPALS         principals.json in the data folder
  --seed FILE              keys to make at start, unless they are there      KMS_SEED
  --dynamodb-endpoint URL  a DynamoDB API to use instead of the built-in    KMS_DYNAMODB_ENDPOINT
  --attestation-root FILE  root certificates of attestation documents, PEM  KMS_ATTESTATION_ROOT   none: they are refused
  --endpoint-policy FILE   policy of the VPC endpoint calls come through    KMS_ENDPOINT_POLICY    none
  --grant-delay SECONDS    for how long a new grant needs its token         KMS_GRANT_DELAY        0
  --quotas aws|FILE        limit how often accounts may call                KMS_QUOTAS             off; see docs/quotas.md
  --json                   one JSON line when ready, instead of text
`;

/** The command was called wrongly. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The data folder that `start` and `env` share. */
export const dataDirFrom = (flag: string | undefined, environment: Environment): string =>
  flag ?? withoutEmpty(environment).KMS_DATA ?? '.kms';

/** An empty variable counts as none. */
const withoutEmpty = (environment: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));

/** @throws {UsageError} that says which option is wrong */
export const startOptions = (args: readonly string[], given: Environment): StartOptions => {
  const environment = withoutEmpty(given);
  const { values } = parseArgs({ args: [...args], options: flags });
  return {
    host: values.host ?? environment.KMS_HOST ?? '127.0.0.1',
    port: portFrom(values.port ?? environment.KMS_PORT ?? '4599'),
    dataDir: dataDirFrom(values.data, environment),
    inMemory: values['in-memory'] ?? environment.KMS_IN_MEMORY === '1',
    principalsFile: values.principals ?? environment.KMS_PRINCIPALS,
    seedFile: values.seed ?? environment.KMS_SEED,
    dynamoDbEndpoint: urlFrom(values['dynamodb-endpoint'] ?? environment.KMS_DYNAMODB_ENDPOINT),
    attestationRootFile: values['attestation-root'] ?? environment.KMS_ATTESTATION_ROOT,
    endpointPolicyFile: values['endpoint-policy'] ?? environment.KMS_ENDPOINT_POLICY,
    grantDelaySeconds: secondsFrom(values['grant-delay'] ?? environment.KMS_GRANT_DELAY ?? '0'),
    quotas: values.quotas ?? environment.KMS_QUOTAS,
    json: values.json ?? false,
  };
};

const portFrom = (text: string): number => {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`the port must be a whole number from 0 to 65535, not "${text}"`);
};

/** AWS speaks of five minutes at most; an hour is long enough for any drill. */
const longestGrantDelay = 3600;

const secondsFrom = (text: string): number => {
  const seconds = Number(text);
  if (/^\d+$/.test(text) && seconds <= longestGrantDelay) return seconds;
  throw new UsageError(`the grant delay must be a whole number of seconds up to ${longestGrantDelay}, not "${text}"`);
};

const urlFrom = (text: string | undefined): string | undefined => {
  if (text === undefined || URL.canParse(text)) return text;
  throw new UsageError(`the DynamoDB endpoint must be a URL, not "${text}"`);
};
