import batchGetItem from 'dynalite/actions/batchGetItem.js';
import createTable from 'dynalite/actions/createTable.js';
import deleteItem from 'dynalite/actions/deleteItem.js';
import describeTable from 'dynalite/actions/describeTable.js';
import getItem from 'dynalite/actions/getItem.js';
import listTables from 'dynalite/actions/listTables.js';
import putItem from 'dynalite/actions/putItem.js';
import query from 'dynalite/actions/query.js';
import scan from 'dynalite/actions/scan.js';
import updateItem from 'dynalite/actions/updateItem.js';
import type { ApiError, Store } from 'dynalite/db/index.js';
import batchGetItemInput from 'dynalite/validations/batchGetItem.js';
import createTableInput from 'dynalite/validations/createTable.js';
import deleteItemInput from 'dynalite/validations/deleteItem.js';
import describeTableInput from 'dynalite/validations/describeTable.js';
import getItemInput from 'dynalite/validations/getItem.js';
import validations from 'dynalite/validations/index.js';
import listTablesInput from 'dynalite/validations/listTables.js';
import putItemInput from 'dynalite/validations/putItem.js';
import queryInput from 'dynalite/validations/query.js';
import scanInput from 'dynalite/validations/scan.js';
import updateItemInput from 'dynalite/validations/updateItem.js';
import { inOneBatch } from './one-batch.ts';

interface Operation {
  readonly input: typeof getItemInput;
  readonly run: typeof getItem;
  /** Writes one item: needs {@link inOneBatch}, or a crash may part the item from its index entries. */
  readonly writesItem?: true;
}

/** What the embedded server offers. BatchWriteItem is not among them: its items would share one batch view. */
const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['BatchGetItem', { input: batchGetItemInput, run: batchGetItem }],
  ['CreateTable', { input: createTableInput, run: createTable }],
  ['DeleteItem', { input: deleteItemInput, run: deleteItem, writesItem: true }],
  ['DescribeTable', { input: describeTableInput, run: describeTable }],
  ['GetItem', { input: getItemInput, run: getItem }],
  ['ListTables', { input: listTablesInput, run: listTables }],
  ['PutItem', { input: putItemInput, run: putItem, writesItem: true }],
  ['Query', { input: queryInput, run: query }],
  ['Scan', { input: scanInput, run: scan }],
  ['UpdateItem', { input: updateItemInput, run: updateItem, writesItem: true }],
]);

export interface Reply {
  readonly statusCode: number;
  /** DynamoDB's JSON: the output, or `{ __type, message }`. */
  readonly body: object;
}

/**
 * Runs one operation of the DynamoDB API against the store.
 *
 * @param name  as in `X-Amz-Target`, without the version
 * @param input DynamoDB's JSON, parsed; dynalite changes it
 * @returns 200, or 400 for a caller's mistake (a failed condition, an operation not offered)
 * @throws {Error} whatever else went wrong, as `cause`: LevelDB could not read or write
 */
export const execute = (store: Store, name: string, input: object): Promise<Reply> => {
  const operation = operations.get(name);
  if (!operation) return Promise.resolve(notOffered(name));
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      if (isApiError(error)) resolve({ statusCode: error.statusCode, body: error.body });
      else reject(new Error(`embedded DynamoDB: ${name} failed`, { cause: error }));
    };
    try {
      const checked = validations.checkTypes(input, operation.input.types);
      validations.checkValidations(checked, operation.input.types, operation.input.custom, store);
      operation.run(operation.writesItem ? inOneBatch(store) : store, checked, (error, output) =>
        error ? fail(error) : resolve({ statusCode: 200, body: output ?? {} }),
      );
    } catch (error) {
      fail(error);
    }
  });
};

const isApiError = (error: unknown): error is ApiError =>
  error instanceof Error && 'statusCode' in error && 'body' in error;

const notOffered = (name: string): Reply => ({
  statusCode: 400,
  body: {
    __type: 'com.amazon.coral.service#UnknownOperationException',
    message: `The embedded DynamoDB does not offer ${name}`,
  },
});
