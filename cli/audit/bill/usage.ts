import type { KmsUsage, Span } from '../../../core/cost/kms-bill.ts';
import type { RequestKind } from '../../../core/cost/prices.ts';
import { kindOfRequest } from '../../../core/cost/request-kind.ts';
import type { StackUsage } from '../../../core/cost/stack-bill.ts';
import type { AuditRecord } from '../../../lambdas/pipeline/ports.ts';
import { type BillTold, type ChargedCall, chargedCall } from './bill-told.ts';
import { type KeyLives, newKeyLives } from './key-lives.ts';

/** What the audit log tells of use that is paid for. */
export interface LoggedUsage {
  readonly span: Span;
  /** By account. */
  readonly accounts: ReadonlyMap<string, KmsUsage>;
  /** Of a stack that all the calls were made to, in a part of the span. */
  stackUsage(part: Span): StackUsage;
}

const hour = 3_600_000;

/**
 * Reads all records there are, those before the span too: they tell since when keys are there.
 *
 * @param bounds in milliseconds. Without a begin, from the first record; without an end, until now, or the last record
 *   where that is later, as the clock of a service on one machine can be moved
 * @returns undefined when there are no records
 */
export const usageOf = async (
  records: AsyncIterable<AuditRecord>,
  bounds: { readonly from?: number | undefined; readonly to?: number | undefined; readonly now: number },
): Promise<LoggedUsage | undefined> => {
  const lives = newKeyLives();
  const counts = new Map<string, { readonly call: ChargedCall; times: number }>();
  const hours = new Map<number, { calls: number; records: number }>();
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

  for await (const record of records) {
    const told: BillTold = record;
    const time = Date.parse(told.eventTime ?? '');
    if (Number.isNaN(time)) continue;
    [first, last] = [Math.min(first, time), Math.max(last, time)];
    lives.note(told, time, first);
    if (time < (bounds.from ?? time) || time > (bounds.to ?? time)) continue;
    const at = Math.floor(time / hour) * hour;
    const inHour = hours.get(at) ?? { calls: 0, records: 0 };
    hours.set(at, inHour);
    inHour.records += 1;
    const call = chargedCall(told);
    if (call === undefined) continue;
    inHour.calls += 1;
    const id = JSON.stringify(call);
    const count = counts.get(id) ?? { call, times: 0 };
    counts.set(id, count);
    count.times += 1;
  }

  if (last < first) return undefined;
  return {
    span: { from: bounds.from ?? first, to: bounds.to ?? Math.max(bounds.now, last) },
    accounts: accountsOf(lives, counts.values()),
    stackUsage({ from, to }) {
      const within = [...hours].filter(([at]) => at + hour > from && at < to).map(([, inHour]) => inHour);
      return {
        hours: (to - from) / hour,
        callingHours: within.length,
        calls: within.reduce((sum, { calls }) => sum + calls, 0),
        records: within.reduce((sum, inHour) => sum + inHour.records, 0),
        keys: lives.count(from, to),
      };
    },
  };
};

const accountsOf = (
  lives: KeyLives,
  counts: Iterable<{ readonly call: ChargedCall; readonly times: number }>,
): ReadonlyMap<string, KmsUsage> => {
  const requests = new Map<string, Map<string, Map<RequestKind, number>>>();
  for (const { call, times } of counts) {
    const months = requests.get(call.account) ?? new Map<string, Map<RequestKind, number>>();
    requests.set(call.account, months);
    const kinds = months.get(call.month) ?? new Map<RequestKind, number>();
    months.set(call.month, kinds);
    const kind = kindOfRequest({ ...call, keySpecs: lives.specsOf(call.arns) });
    kinds.set(kind, (kinds.get(kind) ?? 0) + times);
  }
  const keys = lives.charged();
  const accounts = [...new Set([...keys.keys(), ...requests.keys()])].sort();
  return new Map(
    accounts.map((account) => [
      account,
      { keys: keys.get(account) ?? [], requests: requests.get(account) ?? new Map<string, Map<RequestKind, number>>() },
    ]),
  );
};
