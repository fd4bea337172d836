import type { Line } from './kms-bill.ts';
import { cost, type Price, type StackPart, stackPrices } from './prices.ts';
import { stackFacts as facts } from './stack-facts.ts';

/** Something that the stack uses of a service of AWS. */
export interface Use {
  readonly part: StackPart;
  readonly what: string;
  readonly price: Price;
  readonly amount: number;
}

const gigabyte = 1_000_000_000;
/** In hours: what AWS calculates with. */
const month = 730;

const uses = <Part extends StackPart>(
  part: Part,
  what: string,
  price: Exclude<keyof (typeof stackPrices)[Part], 'page'>,
  amount: number,
): Use => ({ part, what, price: stackPrices[part][price] as Price, amount }); // all but the page are prices

/** What calls use, and the records of them. */
export const usesOfCalls = (calls: number, records = calls): readonly Use[] => [
  uses('API Gateway', 'requests', 'request', calls),
  uses('Lambda', 'runs', 'request', calls),
  uses('Lambda', 'GB-seconds', 'gigabyteSecond', calls * facts.secondsPerCall * facts.gigabytes),
  uses('DynamoDB', 'reads', 'read', calls * facts.readsPerCall),
  uses('CloudWatch', 'GB of logs', 'gigabyte', (calls * facts.logBytesPerRun) / gigabyte),
  uses('SQS', 'requests for audit records', 'request', records * facts.queueRequestsPerRecord),
  uses(
    'Lambda',
    'GB-seconds for audit records',
    'gigabyteSecond',
    records * facts.secondsPerDelivery * facts.gigabytes,
  ),
  uses('DynamoDB', 'writes that claim audit records', 'write', records * facts.claimWritesPerRecord),
  uses('S3', 'GB of audit records, a month', 'gigabyte', (records * facts.bytesPerRecord) / gigabyte),
];

/** What is used by the hour, whether somebody calls or not. */
export const usesOfTime = (hours: number): readonly Use[] => {
  const runs = facts.scheduledRunsPerHour * hours;
  return [
    uses('Secrets Manager', 'secrets', 'secret', (facts.secrets * hours) / month),
    uses('CloudWatch', 'alarms', 'alarm', (facts.alarms * hours) / month),
    uses('SQS', 'requests of Lambda to the audit queue', 'request', facts.pollsPerHour * hours),
    uses('Lambda', 'runs by time', 'request', runs),
    uses('Lambda', 'GB-seconds by time', 'gigabyteSecond', runs * facts.secondsPerScheduledRun * facts.gigabytes),
    uses('CloudWatch', 'GB of logs of runs by time', 'gigabyte', (runs * facts.logBytesPerRun) / gigabyte),
  ];
};

/** What is used the more the longer calls come, however many: log files, and when keys were used. */
export const usesOfCallingHours = (hours: number, keys: number): readonly Use[] => [
  uses('S3', 'log files', 'put', facts.filesPerHour * hours),
  uses('DynamoDB', 'writes of last uses', 'write', keys * facts.writesPerUsedKeyHour * hours),
];

/** What keys use by being there. */
export const usesOfKeys = (keys: number, hours: number): readonly Use[] => [
  uses('DynamoDB', 'GB of keys, a month', 'gigabyte', ((keys * facts.bytesPerKey) / gigabyte) * (hours / month)),
];

/** What was done with the stack in some hours. */
export interface StackUsage {
  readonly hours: number;
  /** In how many of them there were calls. */
  readonly callingHours: number;
  readonly calls: number;
  readonly records: number;
  readonly keys: number;
}

/** What AWS would charge for the stack, a line for each service. */
export const stackBill = ({ hours, callingHours, calls, records, keys }: StackUsage): readonly Line[] => {
  const all = [
    ...usesOfCalls(calls, records),
    ...usesOfTime(hours),
    ...usesOfCallingHours(callingHours, keys),
    ...usesOfKeys(keys, hours),
  ];
  const parts = Object.keys(stackPrices) as StackPart[]; // Object.keys forgets the literal names
  return parts.map((part) => ({ what: part, usd: usdOf(all.filter((use) => use.part === part)) }));
};

export const usdOf = (all: readonly Use[]): number =>
  all.reduce((sum, { price, amount }) => sum + cost(price, amount), 0);
