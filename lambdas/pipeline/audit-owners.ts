import { randomUUID } from 'node:crypto';
import { entryOf, recordOf } from './audit-entry.ts';
import type { Resource } from './audit-resources.ts';
import { type Call, callerOf } from './call.ts';
import type { AuditEntry, AuditRecord } from './ports.ts';

/**
 * The records of a call that has succeeded on keys of other accounts: the caller's own, and a copy for each owner. All
 * share an id. An owner learns which principal of which account it was, and nothing of the policies there.
 * https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html
 *
 * @param entry that of the call, alone in the answer when all keys are of the account whose log it is in
 */
export const withOwnersCopies = (
  call: Call,
  entry: AuditEntry,
  resources: readonly Resource[],
): readonly AuditEntry[] => {
  if (resources.every(({ accountId }) => accountId === entry.recipientAccountId)) return [entry];
  const owners = new Set(resources.map(({ accountId }) => accountId));
  owners.delete(entry.recipientAccountId);
  const record = recordOf(entry);
  const shared = { ...record, sharedEventID: randomUUID() };
  const { type, principalId, accountId, via } = callerOf(call);
  const userIdentity =
    type === 'AWSService'
      ? record.userIdentity
      : { type: 'AWSAccount', principalId, accountId, ...(via && { invokedBy: via.at(-1) }) };
  const copies = [...owners].map((owner) => ({
    ...shared,
    userIdentity,
    additionalEventData: withoutReasons(record),
    eventID: randomUUID(),
    resources: resources.filter((resource) => resource.accountId === owner),
    recipientAccountId: owner,
  }));
  return [shared, ...copies].map(entryOf);
};

/** Reasons quote policies of the caller's account. */
const withoutReasons = ({ additionalEventData }: AuditRecord) => {
  const { reasons: _, ...data } = { reasons: undefined, ...Object(additionalEventData) };
  return Object.values(data).some((value) => value !== undefined) ? data : undefined;
};
