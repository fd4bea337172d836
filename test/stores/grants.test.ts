import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { GrantRecord } from '../../core/model/grant.ts';
import { openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { createTables } from '../../stores/dynamo/create-tables.ts';
import { dynamoGrants } from '../../stores/dynamo/grants.ts';
import { sdkDocuments } from '../../stores/dynamo/sdk-documents.ts';
import { anyText } from '../any-text.ts';
import { sdkOn } from '../local/embedded-sdk.ts';
import { AccountId } from './embedded.ts';

const [KeyId, GrantId] = ['k1', 'a'.repeat(64)];
const grant: GrantRecord = {
  KeyId,
  GrantId,
  KeyAccountId: AccountId,
  AccountId,
  CreationDate: new Date('2026-01-02T03:04:05.678Z'),
  GranteePrincipal: `arn:aws:iam::${AccountId}:user/alice`,
  Operations: ['Encrypt'],
};

it.each(['by the SDK', 'without it'])(
  'gives back a grant with its constraints, whatever their names, %s',
  async (by) => {
    const embedded = await openEmbeddedDynamoDb();
    await createTables(embedded.tables, (table) => table);
    const grants = dynamoGrants(by === 'by the SDK' ? sdkDocuments(sdkOn(embedded)) : embedded.documents, 'grants');
    const name = fc.oneof(fc.constantFrom('', '__proto__', 'constructor', 'toString', 'length'), anyText());
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(name, anyText())),
        fc.constantFrom('EncryptionContextEquals', 'EncryptionContextSubset'),
        async (pairs, kind) => {
          const constrained = { ...grant, Constraints: { [kind]: Object.fromEntries(pairs) } };
          await grants.create(constrained);
          const read = await grants.get(KeyId, GrantId);
          expect(JSON.stringify(read?.Constraints)).toBe(JSON.stringify(constrained.Constraints));
          expect(read).toEqual(constrained);
          await grants.delete(read ?? grant);
        },
      ),
      { numRuns: 50 },
    );
    await embedded.close();
  },
);
