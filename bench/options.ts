import { parseArgs } from 'node:util';
import { type WorkloadName, workloadNames } from './workloads.ts';

export interface BenchOptions {
  readonly seconds: number;
  readonly rounds: number;
  readonly restSeconds: number;
  readonly workloads: readonly WorkloadName[];
  readonly connections: readonly number[];
  /** An endpoint that runs already, in place of our own server. */
  readonly against: string | undefined;
  readonly json: boolean;
}

export const usage = `usage: npm run bench -- [options]
       npm run bench -- steps|policy|list-keys|grants|growth|slow-keys|audit|processes [--seconds N]
       npm run bench -- bundles|lambda

  --seconds N            length of each measurement; 1 if not given
  --rounds N             how many times each is made; 5 if not given
  --rest N               seconds of rest before a round, where the machine takes the processor from who uses it for long
  --operations A,B       some of ${workloadNames.join(',')}
  --connections N,N      how many calls are under way at a time; 1,8,16 if not given
  --against URL          another KMS endpoint, with the credentials of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
                         AWS_SESSION_TOKEN and AWS_REGION
  --json                 one JSON document instead of the table
`;

/** @throws {Error} that says which option is wrong */
export const benchOptions = (args: readonly string[]): BenchOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '5' },
      rest: { type: 'string', default: '0' },
      operations: { type: 'string' },
      connections: { type: 'string', default: '1,8,16' },
      against: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const { against } = values;
  if (against !== undefined && !URL.canParse(against)) throw new Error(`--against must be a URL, not "${against}"`);
  const workloads = values.operations?.split(',').map(workloadFrom) ?? workloadNames;
  if (
    against !== undefined &&
    new URL(against).hostname.endsWith('.amazonaws.com') &&
    workloads.includes('CreateKey')
  ) {
    throw new Error('On AWS every key costs money: leave CreateKey out with --operations');
  }
  return {
    seconds: positive('--seconds', values.seconds),
    rounds: positive('--rounds', values.rounds),
    restSeconds: values.rest === '0' ? 0 : positive('--rest', values.rest),
    workloads,
    connections: values.connections.split(',').map((text) => positive('--connections', text)),
    against,
    json: values.json,
  };
};

const workloadFrom = (name: string): WorkloadName => {
  const workload = workloadNames.find((known) => known === name);
  if (workload) return workload;
  throw new Error(`--operations are some of ${workloadNames.join(',')}, not "${name}"`);
};

const positive = (option: string, text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1000) return value;
  throw new Error(`${option} takes whole numbers from 1 to 1000, not "${text}"`);
};
