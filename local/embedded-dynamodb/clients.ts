import type { Documents } from '../../stores/dynamo/documents.ts';
import type { TableApi } from '../../stores/dynamo/table-api.ts';
import { fromAttributes, toAttributes } from './attribute-values.ts';
import type { Reply } from './operations.ts';

/** @param input is changed */
export type Ask = (action: string, input: object) => Promise<Reply>;

/** What the SDK's document client does for stores, without HTTP and without the SDK. */
export const documentsOf = (ask: Ask): Documents => {
  const told = async (action: string, input: object): Promise<object> =>
    fromJson(await answerOf(ask, action, toJson(input)));
  return {
    get: (input) => told('GetItem', input),
    put: (input) => told('PutItem', input),
    delete: (input) => told('DeleteItem', input),
    query: (input) => told('Query', input),
    scan: (input) => told('Scan', input),
  };
};

export const tablesOf = (ask: Ask): TableApi => ({
  create: (input) => answerOf(ask, 'CreateTable', structuredClone(input)),
  describe: (input) => answerOf(ask, 'DescribeTable', { ...input }),
  list: (input) => answerOf(ask, 'ListTables', toJson(input)),
});

/** Members whose value is attributes. */
const holders = new Set([
  'Item',
  'Key',
  'ExclusiveStartKey',
  'ExpressionAttributeValues',
  'Attributes',
  'LastEvaluatedKey',
]);

const toJson = (input: object): object => {
  const members = Object.entries(input).filter(([, value]) => value !== undefined);
  return Object.fromEntries(members.map(([name, value]) => [name, holders.has(name) ? toAttributes(value) : value]));
};

const fromJson = (output: object): object =>
  Object.fromEntries(
    Object.entries(output).map(([name, value]) => {
      if (name === 'Items') return [name, value.map(fromAttributes)];
      return [name, holders.has(name) ? fromAttributes(value) : value];
    }),
  );

/** @throws {Error} with the name that DynamoDB gives it */
const answerOf = async (ask: Ask, action: string, input: object): Promise<object> => {
  const { statusCode, body } = await ask(action, input);
  if (statusCode === 200) return body;
  const { __type = '', message = '' }: { __type?: string; message?: string } = body;
  throw Object.assign(new Error(message), { name: __type.split('#').at(-1) });
};
