/** Numbers that the owner of the service should watch: CloudWatch metrics on AWS, lines of the log on one machine. */
export type Metric =
  /** Passes of schedules, or items in them, that failed: what was due still is. */
  | 'ScheduleFailures'
  /** Calls that were refused because their key is about to be deleted: somebody still needs it. */
  | 'PendingDeletionKeyUse'
  /** Keys whose related keys in other Regions have not heard of a change yet, each time the outbox was drained. */
  | 'RelatedKeysWaiting'
  /** Keys whose imported material expires within days. */
  | 'KeyMaterialExpiring'
  /** Items of key material that are still under other root keys than the one in force, while there are several. */
  | 'MaterialUnderOtherRoots';

/** Of the metrics in CloudWatch. */
export const metricNamespace = 'ServerlessKms';
