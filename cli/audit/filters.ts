import type { AuditRecord } from '../../lambdas/pipeline/ports.ts';
import { UsageError } from '../../local/options.ts';
import { dataOption, type Options, type Values } from '../command.ts';
import { instantFrom } from './instant.ts';
import { keysOf, type Told } from './told.ts';

/** Options that choose calls; all must hold. */
const filterOptions = {
  key: { value: 'KEY', about: 'on this key: its id, its ARN, or an alias the call named' },
  principal: { value: 'WHO', about: 'by this principal: its ARN, or the name at the end of it' },
  operation: { value: 'NAME', about: 'Encrypt, say' },
  error: { value: 'CODE', about: 'that failed so; any: that failed; none: that did not' },
  context: { value: 'NAME=VALUE', about: 'with this pair in an encryption context', many: true },
  from: { value: 'TIME', about: 'since then: 2026-11-21 or 2026-11-21T10:00:00Z' },
  to: { value: 'TIME', about: 'until then' },
} as const satisfies Options;

/** Options of all that read the log. */
export const readingOptions = { ...filterOptions, ...dataOption } as const satisfies Options;

export type Filters = Values<typeof filterOptions>;

export interface Wanted {
  readonly from?: Date | undefined;
  matches(record: AuditRecord): boolean;
}

/** @throws {UsageError} for a filter of the wrong form */
export const wantedBy = (filters: Filters): Wanted => {
  const { key, principal, operation, error } = filters;
  const pairs = (filters.context ?? []).map(pairFrom);
  const [from, to] = [instantFrom('--from', filters.from), instantFrom('--to', filters.to)];
  const matches = (record: AuditRecord): boolean => {
    const told: Told = record;
    const time = Date.parse(told.eventTime ?? '');
    return (
      (from === undefined || time >= from.getTime()) &&
      (to === undefined || time <= to.getTime()) &&
      (operation === undefined || told.eventName?.toLowerCase() === operation.toLowerCase()) &&
      (error === undefined || isError(error, told.errorCode)) &&
      (principal === undefined || isPrincipal(principal, told)) &&
      (key === undefined ||
        keysOf(told).some((name) => name === key || name.endsWith(`:key/${key}`) || name.endsWith(`:${key}`))) &&
      pairs.every((pair) => hasPair(told, pair))
    );
  };
  return { from, matches };
};

const pairFrom = (text: string): readonly [string, string] => {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--context must be like tenant=42, not "${text}"`);
  return [text.slice(0, at), text.slice(at + 1)];
};

const isError = (wanted: string, code: string | undefined): boolean => {
  if (wanted === 'any') return code !== undefined;
  return wanted === 'none' ? code === undefined : wanted === code;
};

const isPrincipal = (wanted: string, { userIdentity }: Told): boolean => {
  const { arn, userName, principalId, invokedBy } = userIdentity ?? {};
  return [arn, userName, principalId, invokedBy].includes(wanted) || arn?.endsWith(`/${wanted}`) === true;
};

const contexts = ['encryptionContext', 'sourceEncryptionContext', 'destinationEncryptionContext'];

const hasPair = ({ requestParameters }: Told, [name, value]: readonly [string, string]): boolean =>
  contexts.some((member) => {
    const context = Object(requestParameters?.[member]) as Readonly<Record<string, unknown>>; // compared below
    return Object.hasOwn(context, name) && context[name] === value;
  });
