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
  /** How many processes answer calls. */
  readonly processes: number;
  readonly json: boolean;
}

/** The flags of `start` as they were given. */
export interface StartFlags {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly data?: string | undefined;
  readonly 'in-memory'?: boolean | undefined;
  readonly principals?: string | undefined;
  readonly seed?: string | undefined;
  readonly 'dynamodb-endpoint'?: string | undefined;
  readonly 'attestation-root'?: string | undefined;
  readonly 'endpoint-policy'?: string | undefined;
  readonly 'grant-delay'?: string | undefined;
  readonly quotas?: string | undefined;
  readonly processes?: string | undefined;
  readonly json?: boolean | undefined;
}

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
export const startOptions = (values: StartFlags, given: Environment): StartOptions => {
  const environment = withoutEmpty(given);
  const inMemory = values['in-memory'] ?? environment.KMS_IN_MEMORY === '1';
  const processes = processesFrom(values.processes ?? environment.KMS_PROCESSES ?? '1');
  if (inMemory && processes > 1) {
    throw new UsageError(
      'several processes need a data folder that keeps the root key: not both in-memory and processes',
    );
  }
  return {
    host: values.host ?? environment.KMS_HOST ?? '127.0.0.1',
    port: portFrom(values.port ?? environment.KMS_PORT ?? '4599'),
    dataDir: dataDirFrom(values.data, environment),
    inMemory,
    principalsFile: values.principals ?? environment.KMS_PRINCIPALS,
    seedFile: values.seed ?? environment.KMS_SEED,
    dynamoDbEndpoint: urlFrom(values['dynamodb-endpoint'] ?? environment.KMS_DYNAMODB_ENDPOINT),
    attestationRootFile: values['attestation-root'] ?? environment.KMS_ATTESTATION_ROOT,
    endpointPolicyFile: values['endpoint-policy'] ?? environment.KMS_ENDPOINT_POLICY,
    grantDelaySeconds: secondsFrom(values['grant-delay'] ?? environment.KMS_GRANT_DELAY ?? '0'),
    quotas: values.quotas ?? environment.KMS_QUOTAS,
    processes,
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

/** More than any machine of one person has cores. */
const mostProcesses = 128;

const processesFrom = (text: string): number => {
  const processes = Number(text);
  if (/^\d+$/.test(text) && processes >= 1 && processes <= mostProcesses) return processes;
  throw new UsageError(`the processes must be a whole number from 1 to ${mostProcesses}, not "${text}"`);
};

const urlFrom = (text: string | undefined): string | undefined => {
  if (text === undefined || URL.canParse(text)) return text;
  throw new UsageError(`the DynamoDB endpoint must be a URL, not "${text}"`);
};
