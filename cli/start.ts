import { startOptions } from '../local/options.ts';
import { command } from './command.ts';

const inMemory = { about: 'keep nothing', variable: 'KMS_IN_MEMORY=1' } as const;

export const start = command({
  summary: 'run the service',
  about: 'Runs until Ctrl-C or SIGTERM, and loses nothing. Options go before variables, and these before defaults.',
  options: {
    port: { value: 'N', about: 'port to listen on; 0 for any free one', variable: 'KMS_PORT', byDefault: '4599' },
    host: { value: 'HOST', about: 'address to listen on', variable: 'KMS_HOST', byDefault: '127.0.0.1' },
    data: { value: 'DIR', about: 'folder for keys, principals and audit', variable: 'KMS_DATA', byDefault: '.kms' },
    'in-memory': inMemory,
    principals: {
      value: 'FILE',
      about: 'who may call',
      variable: 'KMS_PRINCIPALS',
      byDefault: 'principals.json in the data folder',
    },
    seed: { value: 'FILE', about: 'keys to make at start, unless they are there', variable: 'KMS_SEED' },
    'dynamodb-endpoint': {
      value: 'URL',
      about: 'a DynamoDB API to use instead of the built-in database',
      variable: 'KMS_DYNAMODB_ENDPOINT',
    },
    'attestation-root': {
      value: 'FILE',
      about: 'root certificates of attestation documents, PEM; without, these are refused',
      variable: 'KMS_ATTESTATION_ROOT',
    },
    'endpoint-policy': {
      value: 'FILE',
      about: 'policy of the VPC endpoint that calls come through',
      variable: 'KMS_ENDPOINT_POLICY',
    },
    'grant-delay': {
      value: 'SECONDS',
      about: 'for how long a new grant needs its token',
      variable: 'KMS_GRANT_DELAY',
      byDefault: '0',
    },
    quotas: {
      value: 'aws|FILE',
      about: 'limit how often accounts may call; see docs/quotas.md',
      variable: 'KMS_QUOTAS',
      byDefault: 'off',
    },
    processes: {
      value: 'N',
      about: 'how many processes answer calls; more use more cores',
      variable: 'KMS_PROCESSES',
      byDefault: '1',
    },
  },
  json: 'one line when ready, instead of text: endpoint, region, account, dataDir, pid',
  examples: [
    ['kms start', 'with its data in .kms, on port 4599'],
    ['kms start --json --in-memory --port 0', 'for tests: nothing is kept, any free port'],
  ],
  async run({ values }) {
    const options = startOptions(values, process.env);
    const { runService } = await import('./start/run-service.ts');
    return runService(options, values.quiet === true);
  },
});
