import { principalName, printable } from '../../core/policy/wording.ts';
import type { AuditRecord } from '../../lambdas/pipeline/ports.ts';

/** The members of a record that are read here; any may be missing, as records come from files. */
export interface Told {
  readonly eventTime?: string;
  readonly eventName?: string;
  readonly awsRegion?: string;
  readonly errorCode?: string;
  readonly requestID?: string;
  readonly userIdentity?: {
    readonly arn?: string;
    readonly accountId?: string;
    readonly userName?: string;
    readonly principalId?: string;
    readonly invokedBy?: string;
  };
  readonly requestParameters?: Readonly<Record<string, unknown>> | null;
  readonly resources?: readonly { readonly ARN?: string }[];
  readonly additionalEventData?: { readonly reasons?: readonly string[] };
}

/** Every name by which a record knows its keys: ARNs of keys and aliases, and what the caller wrote. */
export const keysOf = ({ resources = [], requestParameters }: Told): readonly string[] => [
  ...resources.flatMap(({ ARN }) => ARN ?? []),
  ...Object.entries(requestParameters ?? {}).flatMap(([name, value]) =>
    /^aliasName$|keyId$/i.test(name) && typeof value === 'string' ? [value] : [],
  ),
];

/** The columns of a call, for people. */
export const columns = ['time', 'principal', 'operation', 'key', 'result', 'why'] as const;

/** A call in the columns; nothing in it can move a terminal's cursor. */
export const rowOf = (record: AuditRecord): readonly string[] => {
  const told: Told = record;
  const [reason = ''] = told.additionalEventData?.reasons ?? [];
  const row = [
    told.eventTime ?? '',
    whoOf(told),
    told.eventName ?? '',
    keyOf(told),
    told.errorCode ?? 'ok',
    reason.replace(/^(allowed|refused): /, ''),
  ];
  return row.map(printable);
};

const whoOf = ({ userIdentity = {} }: Told): string => {
  const { arn, accountId, principalId, invokedBy } = userIdentity;
  if (arn !== undefined) return principalName(arn, accountId);
  return invokedBy ?? (principalId === undefined ? 'unknown' : `${principalId} of ${accountId}`);
};

/** The alias by which it was named, where it was; or else the id of the key. */
export const keyOf = (told: Told): string => {
  const names = keysOf(told);
  const alias = names.find((name) => /(^|:)alias\//.test(name));
  const name = alias ?? names[0] ?? '-';
  return name.replace(/^arn:[^/]*:(alias\/|key\/)/, (_, kind: string) => (kind === 'alias/' ? kind : ''));
};
