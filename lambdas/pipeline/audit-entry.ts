import type { AuditEntry, AuditRecord } from './ports.ts';

/** Writes a record out that is made as an object: those of calls are made as text, which is faster. */
export const entryOf = (record: AuditRecord): AuditEntry => ({
  text: JSON.stringify(record),
  recipientAccountId: String(record.recipientAccountId),
  awsRegion: String(record.awsRegion),
  eventID: String(record.eventID),
  eventTime: String(record.eventTime),
});

/** The record again. */
export const recordOf = ({ text }: AuditEntry): AuditRecord => JSON.parse(text) as AuditRecord; // as it was written
