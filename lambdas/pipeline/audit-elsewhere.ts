import { randomUUID } from 'node:crypto';
import { keyArn } from '../../core/model/arn.ts';
import { entryOf, recordOf } from './audit-entry.ts';
import { asLogged, shown } from './audit-members.ts';
import { userIdentity } from './audit-record.ts';
import { resourceOf } from './audit-resources.ts';
import { type Call, callerOf } from './call.ts';
import type { AuditEntry } from './ports.ts';

/**
 * The record of a call that has succeeded, in the other Region that it changed: there, KMS calls for the caller.
 * https://docs.aws.amazon.com/kms/latest/developerguide/ct-update-primary-region.html
 *
 * @param entry that of the call itself; `undefined` is the answer for calls that stay in their Region
 */
export const recordElsewhere = (call: Call, entry: AuditEntry): AuditEntry | undefined => {
  const { operation, input, keys, output } = call;
  const { also } = operation.audit;
  const key = keys.key?.record;
  if (also === undefined || key === undefined) return undefined;
  const caller = callerOf(call);
  const region = String(input[also.in]);
  const Arn = keyArn({ region, accountId: key.AccountId }, key.KeyId);
  const record = recordOf(entry);
  if (record.awsRegion === region) return undefined;
  const common = {
    ...record,
    userIdentity: { ...userIdentity(caller), invokedBy: 'kms.amazonaws.com' },
    awsRegion: region,
    eventID: randomUUID(),
  };
  if (also.created === undefined) {
    const parameters = { ...Object(record.requestParameters), keyId: Arn };
    return entryOf({ ...common, requestParameters: parameters, responseElements: { keyId: Arn }, resources: [] });
  }
  const { eventName, metadata } = also.created;
  const { [also.in]: _, KeyId: __, ...members } = operation.input;
  const kind = { keyUsage: key.KeyUsage, keySpec: key.KeySpec, origin: key.Origin, multiRegion: key.MultiRegion };
  return entryOf({
    ...common,
    eventName,
    requestParameters: { ...kind, ...shown(members, input) },
    responseElements: { keyMetadata: asLogged(output?.[metadata]) },
    resources: [resourceOf(key.AccountId, Arn)],
  });
};
