import { keyArn } from '../../core/model/arn.ts';
import type { KeyRecord } from '../../core/model/key-record.ts';
import type { LifecycleEvent } from '../../core/model/lifecycle-event.ts';
import type { AuditRecord } from './ports.ts';

const byKms = 'AWS Internal';

/**
 * The record of something that KMS did by itself, in CloudTrail's form.
 * https://docs.aws.amazon.com/kms/latest/developerguide/understanding-kms-entries.html
 */
export const lifecycleRecord = (event: LifecycleEvent, record: KeyRecord, region: string): AuditRecord => {
  const { eventID, eventName, eventTime, details } = event;
  const { AccountId: accountId, KeyId: keyId } = record;
  const ARN = keyArn({ region, accountId }, keyId);
  const isSynchronization = eventName === 'SynchronizeMultiRegionKey';
  return {
    eventVersion: '1.11',
    userIdentity: { accountId, invokedBy: byKms },
    eventTime: `${eventTime.toISOString().slice(0, 19)}Z`,
    eventSource: 'kms.amazonaws.com',
    eventName,
    awsRegion: region,
    sourceIPAddress: byKms,
    userAgent: byKms,
    requestParameters: null,
    responseElements: eventName === 'DeleteExpiredKeyMaterial' ? null : { keyId: ARN },
    // Only a copy from another Region counts as a call; it was asked for by nobody else.
    ...(isSynchronization ? { requestID: eventID } : {}),
    eventID,
    readOnly: false,
    resources: [{ accountId, type: 'AWS::KMS::Key', ARN }],
    eventType: isSynchronization ? 'AwsApiCall' : 'AwsServiceEvent',
    managementEvent: true,
    recipientAccountId: accountId,
    ...(details && { serviceEventDetails: { keyId, ...details } }),
    eventCategory: 'Management',
  };
};
