/** What runs for the audit log, apart from operations and schedules; each has its handler in a file of this folder. */
export const auditFunctions = [
  { name: 'DeliverAuditRecords', handler: 'deliveryHandler', file: 'delivery-handler' },
  { name: 'MakeAuditDigests', handler: 'digestHandler', file: 'digest-handler' },
] as const;

export type AuditFunction = (typeof auditFunctions)[number];
