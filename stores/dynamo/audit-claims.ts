import { auditClaimExpiry } from '../../core/model/audit-claims.ts';
import { addDays } from '../../core/model/days.ts';
import type { AuditClaim, AuditClaims } from '../ports.ts';
import type { Documents, Item } from './documents.ts';
import { checkFormat, formatVersion, isLostCondition, queryAll } from './item.ts';

/** Longer than SQS keeps a record, in both queues one after the other and once more after it was put back. */
const keptDays = 60;
const idBytes = 16;

/** Claims by minute and number; 5,000 ids take 80 kB of the 400 that an item may have. */
export const dynamoAuditClaims = (documents: Documents, TableName: string): AuditClaims => ({
  async of(minute, from) {
    const items = await queryAll(documents, {
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: '#minute = :minute and #claim >= :from',
      ExpressionAttributeNames: { '#minute': 'minute', '#claim': 'claim' },
      ExpressionAttributeValues: { ':minute': minute, ':from': sortable(from) },
    });
    return items.map(toClaim);
  },

  async add(minute, { number, file, at, eventIDs }) {
    const Item = {
      minute,
      claim: sortable(number),
      file,
      at: at.toISOString(),
      eventIDs: Buffer.from(eventIDs.map((id) => id.replaceAll('-', '')).join(''), 'hex'),
      [auditClaimExpiry]: Math.floor(addDays(at, keptDays).getTime() / 1000),
      formatVersion,
    };
    try {
      await documents.put({
        TableName,
        Item,
        ConditionExpression: 'attribute_not_exists(#claim)',
        ExpressionAttributeNames: { '#claim': 'claim' },
      });
      return true;
    } catch (error) {
      if (isLostCondition(error)) return false;
      throw error;
    }
  },
});

const sortable = (number: number): string => String(number).padStart(8, '0');

const toClaim = (stored: Item): AuditClaim => {
  const { claim, file, at, eventIDs } = checkFormat(stored);
  const hex = Buffer.from(eventIDs as Uint8Array).toString('hex'); // as written above, checked by format version
  const ids = Array.from({ length: hex.length / (2 * idBytes) }, (_, index) =>
    hex.slice(index * 2 * idBytes, (index + 1) * 2 * idBytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
  );
  return { number: Number(claim), file: String(file), at: new Date(String(at)), eventIDs: ids };
};
