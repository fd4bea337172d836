import { parseArgs } from 'node:util';
import { parseKeyIdentifier } from '../core/model/arn.ts';
import { printable } from '../core/policy/wording.ts';
import { dataDirFrom, UsageError } from '../local/options.ts';
import { askControl } from './control.ts';

const usage = `usage: npm run -s simulate -- --principal WHO --action kms:NAME [options]

  --principal WHO       an ARN of principals.json, or a profile as \`env\` knows them: alice, Lab/s1
  --action kms:NAME     the permission, like kms:Decrypt
  --key KEY             key id, key ARN, alias/NAME or alias ARN
  --alias alias/NAME    for kms:CreateAlias, kms:UpdateAlias and kms:DeleteAlias
  --region REGION       of the key                                       AWS_REGION   us-east-1
  --context NAME=VALUE  a pair of the encryption context; once for each
  --grant-token TOKEN   once for each
  --condition KEY=VALUE what the request would say of a condition key, like kms:ViaService; again for more values
  --via SERVICE         as if through an AWS service, like s3
  --data DIR            the data folder of the service                   KMS_DATA     .kms

Asks the running service, and does nothing. Exit code: 0 allowed, 1 refused, 2 no answer.
`;

const flags = {
  principal: { type: 'string' },
  action: { type: 'string' },
  key: { type: 'string' },
  alias: { type: 'string' },
  region: { type: 'string' },
  context: { type: 'string', multiple: true },
  'grant-token': { type: 'string', multiple: true },
  condition: { type: 'string', multiple: true },
  via: { type: 'string' },
  data: { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** Tells whether a principal may do something, and why. */
export const run = async (args: readonly string[]): Promise<number> => {
  const { values } = parseArgs({ args: [...args], options: flags });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const { principal, action, key, alias, via, data, condition = [], context, 'grant-token': grantTokens } = values;
  if (principal === undefined || action === undefined)
    throw new UsageError(`--principal and --action are needed\n\n${usage}`);
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
    throw new UsageError(error.message, { cause: error });
  });
  const { allowed, reasons } = answer as { allowed: boolean; reasons: string[] }; // as the service answers
  const verdict = allowed ? 'allowed' : 'refused';
  const lines = reasons.map((reason) => `  ${printable(reason.replace(new RegExp(`^${verdict}: `), ''))}\n`);
  process.stdout.write(`${verdict}\n${lines.join('')}`);
  return allowed ? 0 : 1;
};

const regionFor = (key: string | undefined): string | undefined =>
  (key === undefined ? undefined : parseKeyIdentifier(key)?.place?.region) ??
  (process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || undefined);

const named = (flag: string, pair: string): readonly [string, string] => {
  const at = pair.indexOf('=');
  if (at <= 0) throw new UsageError(`${flag} takes NAME=VALUE, not "${pair}"`);
  return [pair.slice(0, at), pair.slice(at + 1)];
};
