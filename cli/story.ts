import { principalName, printable } from '../core/policy/wording.ts';
import type { AuditRecord } from '../lambdas/pipeline/ports.ts';

/** The members of an audit record that a story is made of; any may be missing, as records come from files. */
interface Told {
  readonly eventName?: string;
  readonly eventTime?: string;
  readonly awsRegion?: string;
  readonly sourceIPAddress?: string;
  readonly userIdentity?: { readonly arn?: string; readonly accountId?: string };
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters?: Readonly<Record<string, unknown>> | null;
  readonly resources?: readonly { readonly ARN?: string }[];
  readonly additionalEventData?: { readonly reasons?: readonly string[] };
}

/** What a call was, and why it was allowed or refused, in lines for people. */
export const storyOf = (record: AuditRecord): string => {
  const told: Told = record;
  const { arn, accountId } = told.userIdentity ?? {};
  const who = arn === undefined ? 'The service itself' : `${principalName(arn, accountId)} (${arn})`;
  const from = told.sourceIPAddress === undefined ? '' : `, from ${told.sourceIPAddress}`;
  const reasons = told.additionalEventData?.reasons ?? [];
  const lines = [
    `${who} called ${told.eventName}`,
    ...keysOf(told).map((key) => `  on ${key}`),
    `  at ${told.eventTime} in ${told.awsRegion}${from}`,
    ...outcomeOf(told, reasons.length > 0),
    ...reasons.map((reason) => (/^(allowed|refused): /.test(reason) ? reason : `  ${reason}`)),
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
};

const keysOf = ({ resources = [], requestParameters }: Told): readonly string[] => {
  const found = resources.flatMap(({ ARN }) => ARN ?? []);
  const named = Object.entries(requestParameters ?? {})
    .filter(([name, value]) => /keyId$/i.test(name) && typeof value === 'string')
    .map(([, value]) => String(value));
  if (found.length === 0) return named;
  const byOtherNames = named.filter((name) => !found.some((ARN) => ARN === name || ARN.endsWith(`/${name}`)));
  return byOtherNames.length === 0
    ? found
    : [...found.slice(0, -1), `${found.at(-1)}, named as ${byOtherNames.join(', ')}`];
};

const outcomeOf = ({ errorCode, errorMessage }: Told, isJudged: boolean): readonly string[] => {
  const error = errorMessage === undefined ? errorCode : `${errorCode}: ${errorMessage}`;
  switch (errorCode) {
    case undefined:
      return isJudged ? [] : ['It was done; no policy has a say in it.'];
    case 'AccessDenied':
      return isJudged ? [] : [`refused, and the record does not say why: ${errorMessage}`];
    case 'DryRunOperationException':
      return ['It was a dry run, which would have succeeded.'];
    default:
      return isJudged
        ? [`It failed with ${error}`, 'That is no matter of authorization, which had allowed it:']
        : [`It failed with ${error}`, 'That was before authorization: no policy was asked.'];
  }
};
