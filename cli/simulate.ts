import { parseKeyIdentifier } from '../core/model/arn.ts';
import { printable } from '../core/policy/wording.ts';
import { Failure } from '../local/failure.ts';
import { dataDirFrom, UsageError } from '../local/options.ts';
import { command, dataOption } from './command.ts';
import { askControl } from './control.ts';
import { styled } from './look.ts';

export const simulate = command({
  summary: 'tell whether a call would be allowed',
  about: 'Asks the running service, and does nothing.',
  options: {
    principal: { value: 'WHO', about: 'an ARN of principals.json, or a profile as `env` knows them: alice, Lab/s1' },
    action: { value: 'kms:NAME', about: 'the permission, like kms:Decrypt' },
    key: { value: 'KEY', about: 'key id, key ARN, alias/NAME or alias ARN' },
    alias: { value: 'alias/NAME', about: 'for kms:CreateAlias, kms:UpdateAlias and kms:DeleteAlias' },
    region: { value: 'REGION', about: 'of the key', variable: 'AWS_REGION', byDefault: 'us-east-1' },
    context: { value: 'NAME=VALUE', about: 'a pair of the encryption context', many: true },
    'grant-token': { value: 'TOKEN', about: 'a grant token', many: true },
    condition: {
      value: 'KEY=VALUE',
      about: 'what the request would say of a condition key, like kms:ViaService',
      many: true,
    },
    via: { value: 'SERVICE', about: 'as if through an AWS service, like s3' },
    ...dataOption,
  },
  json: 'one object: allowed, reasons, keys',
  examples: [
    [
      'kms simulate --principal bob --action kms:Decrypt --key alias/lab --context tenant=blue',
      'allowed or refused, and by which statement, condition or grant',
    ],
  ],
  exits: { 0: 'allowed', 1: 'refused', 2: 'no answer' },
  async run({ values }) {
    const { principal, action, key, alias, via, data, condition = [], context, 'grant-token': grantTokens } = values;
    if (principal === undefined || action === undefined) throw new UsageError('--principal and --action are needed');
    const question = {
      principal,
      action,
      key,
      alias,
      via,
      grantTokens,
      region: values.region ?? regionFor(key),
      context: context && Object.fromEntries(context.map((pair) => named('--context', pair))),
      conditions: [
        ...Map.groupBy(
          condition.map((pair) => named('--condition', pair)),
          ([name]) => name,
        ),
      ].map(([name, pairs]) => ({ name, values: pairs.map(([, value]) => value) })),
    };
    // Failures have the code of wrong usage: 1 must mean refused, and nothing else.
    const answer = await askControl(dataDirFrom(data, process.env), 'simulate', question).catch((error: Error) => {
      throw error instanceof Failure ? new Failure({ ...error.trouble, exit: 2 }, { cause: error }) : error;
    });
    const { allowed, reasons } = answer as { allowed: boolean; reasons: string[] }; // as the service answers
    if (values.json) process.stdout.write(`${JSON.stringify(answer)}\n`);
    else process.stdout.write(inWords(allowed, reasons));
    return allowed ? 0 : 1;
  },
});

const inWords = (allowed: boolean, reasons: readonly string[]): string => {
  const verdict = allowed ? 'allowed' : 'refused';
  const lines = reasons.map((reason) => `  ${printable(reason.replace(new RegExp(`^${verdict}: `), ''))}\n`);
  return `${styled(allowed ? 'green' : 'red', verdict)}\n${lines.join('')}`;
};

const regionFor = (key: string | undefined): string | undefined =>
  (key === undefined ? undefined : parseKeyIdentifier(key)?.place?.region) ??
  (process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || undefined);

const named = (flag: string, pair: string): readonly [string, string] => {
  const at = pair.indexOf('=');
  if (at <= 0) throw new UsageError(`${flag} takes NAME=VALUE, not "${pair}"`);
  return [pair.slice(0, at), pair.slice(at + 1)];
};
