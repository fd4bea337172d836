import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { storeActions } from '../../lib/store-actions.ts';
import { dynamoStores, storesWithin } from '../../stores/dynamo/stores.ts';
import type { Access, StoreName } from '../../stores/ports.ts';

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
});

/** Calls every function of a store, as a reader, a writer or a schedule has them, and tells what they asked of DynamoDB. */
const asked = async (store: StoreName, access: Access) => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
  const functions = Object.values(
    storesWithin(
      dynamoStores(client, (table) => table),
      [[store, access]],
    )[store] ?? {},
  );
  for (const call of functions) await call(anything, anything, anything);
  const commands = sent.calls().map(({ args: [command] }) => ({
    action: command.constructor.name.replace(/Command$/, '').replace(/^(Get|Put|Delete|Update)$/, '$1Item'),
    input: command.input as { TableName: string; IndexName?: string }, // each command of the stores has these
  }));
  expect(new Set(commands.map(({ input }) => input.TableName))).toEqual(new Set([store]));
  const onTable = commands.filter(({ input }) => input.IndexName === undefined).map(({ action }) => action);
  const onIndexes = commands.flatMap(({ action, input }) => (input.IndexName ? [`${action} ${input.IndexName}`] : []));
  return { table: new Set(onTable), indexes: new Set(onIndexes) };
};

const stores = Object.keys(storeActions) as StoreName[]; // Object.keys forgets the type of the keys

it.each(stores)(
  'grants readers, writers and schedules of %s just what the functions they are handed ask for',
  async (store) => {
    const { read, write, sweep, indexes, sweepIndexes } = storeActions[store];
    const queried = new Set(indexes.map((index) => `Query ${index}`));
    expect(await asked(store, 'read')).toEqual({ table: new Set(read), indexes: queried });
    sent.resetHistory();
    expect(await asked(store, 'write')).toEqual({ table: new Set([...read, ...write]), indexes: queried });
    sent.resetHistory();
    expect(await asked(store, 'sweep')).toEqual({
      table: new Set([...read, ...write, ...sweep]),
      indexes: new Set([...queried, ...sweepIndexes.map((index) => `Query ${index}`)]),
    });
  },
);
