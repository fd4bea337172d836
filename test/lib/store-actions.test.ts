import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { storeActions } from '../../lib/store-actions.ts';
import { sdkDocuments } from '../../stores/dynamo/sdk-documents.ts';
import { dynamoStores } from '../../stores/dynamo/stores.ts';
import type { StoreName } from '../../stores/ports.ts';

const sent = mockClient(DynamoDBDocumentClient);
beforeEach(() => {
  sent.reset();
  sent.onAnyCommand().resolves({});
});
afterAll(() => sent.restore());

/** Serves as every argument of every function of the stores: an id, a record, a page and an instant. */
const anything = Object.assign(new Date(0), {
  limit: 1,
  KeyId: 'k',
  CreationDate: new Date(0),
  Timestamp: new Date(0),
  LastUpdatedDate: new Date(0),
  due: new Date(0),
  materials: [],
  wrapped: Buffer.of(1),
});

/** What a function of a store asks of DynamoDB: the actions, each with its index if it is not on the table. */
const asked = async (store: StoreName, name: string): Promise<ReadonlySet<string>> => {
  const documents = sdkDocuments(new DynamoDBClient({ region: 'us-east-1' }));
  const functions: object = dynamoStores(documents, (table) => table)[store];
  const [, call] = Object.entries(functions).find(([each]) => each === name) ?? [];
  await call(anything, anything, anything);
  const commands = sent.calls().map(({ args: [command] }) => ({
    action: command.constructor.name.replace(/Command$/, '').replace(/^(Get|Put|Delete|Update)$/, '$1Item'),
    input: command.input as { TableName: string; IndexName?: string }, // each command of the stores has these
  }));
  expect(new Set(commands.map(({ input }) => input.TableName))).toEqual(new Set([store]));
  return new Set(commands.map(({ action, input }) => (input.IndexName ? `${action} ${input.IndexName}` : action)));
};

const stores = Object.keys(storeActions) as StoreName[]; // Object.keys forgets the type of the keys
const every = stores.flatMap((store) =>
  Object.entries<readonly string[]>(storeActions[store]).map(([name, actions]) => [store, name, actions] as const),
);

it.each(every)('knows what %s.%s asks of DynamoDB', async (store, name, actions) => {
  // Only what is there is deleted.
  if (name === 'shred')
    sent
      .on(QueryCommand)
      .resolvesOnce({ Items: [{ item: 'material#1' }] })
      .resolves({});
  expect(await asked(store, name)).toEqual(new Set(actions));
});
