/** What does a decision of the policy engine cost? `node bench/policy.ts [--seconds N]` */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { encryptionContextKeys } from '../core/policy/context.ts';
import { evaluate } from '../core/policy/evaluate.ts';
import { explain } from '../core/policy/explain.ts';
import type { CandidateGrant } from '../core/policy/grants.ts';
import { compilePolicy } from '../core/policy/policy.ts';
import type { AccessRequest, Policies } from '../core/policy/request.ts';
import { machine, machineLine, table } from './report.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '1' } } });
const seconds = Number(values.seconds);

const account = '111122223333';
const KeyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
const alice = {
  type: 'IAMUser',
  accountId: account,
  arn: `arn:aws:iam::${account}:user/alice`,
  principalId: 'AIDA0',
} as const;
const encryptionContext = { tenant: 'blue', purpose: 'invoices' };

/** With as many condition keys as the pipeline offers for a call. */
const newRequest = (): AccessRequest => ({
  principal: alice,
  action: 'kms:Decrypt',
  resource: { kind: 'key', arn: `arn:aws:kms:us-east-1:${account}:key/${KeyId}`, KeyId, accountId: account },
  encryptionContext,
  context: {
    'aws:PrincipalArn': alice.arn,
    'aws:PrincipalAccount': account,
    'aws:PrincipalType': 'User',
    'aws:userid': alice.principalId,
    'aws:username': 'alice',
    'aws:SourceIp': '203.0.113.7',
    'aws:SecureTransport': true,
    'aws:CurrentTime': '2027-01-01T00:00:00Z',
    'aws:EpochTime': 1798761600,
    'aws:RequestedRegion': 'us-east-1',
    'aws:ResourceAccount': account,
    'aws:ResourceTag/team': 'a',
    'kms:CallerAccount': account,
    'kms:KeySpec': 'SYMMETRIC_DEFAULT',
    'kms:KeyUsage': 'ENCRYPT_DECRYPT',
    'kms:KeyOrigin': 'AWS_KMS',
    'kms:MultiRegion': false,
    'kms:ResourceAliases': ['alias/invoices'],
    'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
    ...encryptionContextKeys(encryptionContext),
  },
});

const statement = (Sid: string, Principal: object, Action: string | string[], Condition?: object) => ({
  Sid,
  Effect: Sid.startsWith('Deny') ? 'Deny' : 'Allow',
  Principal,
  Action,
  Resource: '*',
  ...(Condition && { Condition }),
});
const use = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'];
const document = (Statement: readonly object[]) => ({ Version: '2012-10-17', Statement });

/** Five statements. */
const keyPolicy = (last: object) =>
  compilePolicy(
    document([
      statement('Admins', { AWS: `arn:aws:iam::${account}:role/Admin` }, ['kms:Create*', 'kms:Put*', 'kms:Schedule*']),
      statement('Other', { AWS: `arn:aws:iam::${account}:user/bob` }, use),
      statement('DenyTheRest', { AWS: '444455556666' }, 'kms:*'),
      statement('Via', { AWS: '*' }, use, { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } }),
      last,
    ]),
    'key',
  );

const identity = [
  document([{ Effect: 'Allow', Action: ['s3:*', 'logs:*'], Resource: '*' }]),
  document([{ Effect: 'Allow', Action: use, Resource: `arn:aws:kms:*:${account}:key/9999*` }]),
  document([
    { Effect: 'Deny', Action: 'kms:*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    { Effect: 'Allow', Action: use, Resource: `arn:aws:kms:us-east-1:${account}:key/*` },
  ]),
].map((each) => compilePolicy(each, 'identity'));

/** Ten; only the last of them is the caller's, and it fits. */
const grants = Array.from(
  { length: 10 },
  (_, i): CandidateGrant => ({
    GrantId: `g${i}`,
    KeyId,
    AccountId: account,
    GranteePrincipal: i < 5 ? `arn:aws:iam::${account}:role/R${i}` : alice.arn,
    Operations: i < 7 ? ['Encrypt', 'GenerateDataKey'] : ['Encrypt', 'Decrypt'],
    Constraints: { EncryptionContextSubset: { tenant: i === 9 ? 'blue' : 'green' } },
    visible: true,
  }),
);

const names = statement('Alice', { AWS: alice.arn }, use);
const delegates = statement('Account', { AWS: account }, 'kms:*');
const nobody = statement('Nobody', { AWS: `arn:aws:iam::${account}:user/carol` }, 'kms:*');
const pinned = statement('Pinned', { AWS: alice.arn }, use, {
  StringEquals: { 'kms:EncryptionContext:tenant': 'blue', 'aws:PrincipalTag/team': `$\{aws:ResourceTag/team}` },
  IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '203.0.113.0/24'] },
});

const worlds: Readonly<Record<string, Policies>> = {
  'allowed: the key policy names the caller': { key: keyPolicy(names), identity, grants },
  'allowed: delegated, by an identity policy': { key: keyPolicy(delegates), identity, grants },
  'allowed: by the last of 10 grants': { key: keyPolicy(nobody), identity, grants },
  'denied: nothing allows': { key: keyPolicy(nobody), identity, grants: grants.slice(0, 9) },
  'denied: three conditions, the tag is missing': { key: keyPolicy(pinned), identity, grants: [] },
  'denied: explicitly, without a condition': {
    key: keyPolicy(statement('DenyAlice', { AWS: alice.arn }, 'kms:*')),
    identity,
    grants,
  },
};

const batch = 16;

/** Microseconds a run takes, at the median and the 99th percentile of small batches. */
const quantiles = (run: () => unknown): readonly [number, number] => {
  const warmEnd = performance.now() + (seconds * 1000) / 2;
  while (performance.now() < warmEnd) run();
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const begin = process.hrtime.bigint();
    for (let i = 0; i < batch; i += 1) run();
    times.push(Number(process.hrtime.bigint() - begin) / 1000 / batch);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  return [at(0.5), at(0.99)];
};

const where = machine();
const rows = Object.entries(worlds).map(([name, policies]) => {
  const request = newRequest();
  const { allowed, by } = evaluate(request, policies);
  const whole = quantiles(() => evaluate(newRequest(), policies));
  const alone = quantiles(() => evaluate(request, policies));
  const explained = quantiles(() => explain(request, policies, evaluate(request, policies)));
  const times = [...alone, ...whole, ...explained].map((time) => time.toFixed(2));
  return [name, `${allowed ? 'allowed' : 'denied'} by ${by}`, ...times];
});
const text = JSON.stringify(document([names, delegates, pinned, nobody, statement('Via', { AWS: '*' }, use)]));
rows.push([
  'compile a key policy of 5 statements',
  '',
  ...quantiles(() => compilePolicy(text, 'key')).map((t) => t.toFixed(2)),
  '',
  '',
  '',
  '',
]);

console.log(machineLine(where));
console.log(
  '\nMicroseconds a decision: 5 statements in the key policy, 3 identity policies, 10 grants, 23 condition keys.\n',
);
console.log(
  table(['case', 'decision', 'median', '99 %', 'with context, median', '99 %', 'explained, median', '99 %'], rows),
);
