import { invalidMarker } from '../../core/model/errors.ts';
import type { Table } from '../../core/model/tables.ts';
import { type Page, type PageRequest, StaleRecordError } from '../ports.ts';
import type { Documents, Item, Query } from './documents.ts';

/** The format of the items written now. A change of format raises it and comes with a migration test. */
export const formatVersion = 1;

/** An item of another format must not be half understood. */
export const checkFormat = (item: Item): Item => {
  if (item.formatVersion === formatVersion) return item;
  throw new Error(`an item has format version ${String(item.formatVersion)}; this program knows ${formatVersion}`);
};

/** What DynamoDB answers when a condition does not hold. */
export const isLostCondition = (error: unknown): boolean => isNamed(error, 'ConditionalCheckFailedException');

/** A query is right but for the position it was given. */
const isRefusedInput = (error: unknown): boolean => isNamed(error, 'ValidationException');

/** By the name that DynamoDB gives an error. */
export const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

/** Writes only what was read: judged by `revision`. */
export const unchanged = (seen: { readonly revision: number }) => ({
  ConditionExpression: 'revision = :seen',
  ExpressionAttributeValues: { ':seen': seen.revision },
});

export const staleWrite = (error: unknown): never => {
  if (isLostCondition(error)) throw new StaleRecordError('another write came first', { cause: error });
  throw error;
};

/** All that a query finds, of which DynamoDB gives a megabyte at a time. */
export const queryAll = async (
  documents: Documents,
  query: Omit<Query, 'ExclusiveStartKey'>,
): Promise<readonly Item[]> => {
  const found: Item[] = [];
  let ExclusiveStartKey: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await documents.query({ ...query, ExclusiveStartKey });
    found.push(...Items);
    ExclusiveStartKey = LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return found;
};

/** How many items a query finds, counted no further than `upTo`. */
export const queryCount = async (
  documents: Documents,
  query: Omit<Query, 'Select' | 'Limit' | 'ExclusiveStartKey'>,
  upTo: number,
): Promise<number> => {
  let found = 0;
  let ExclusiveStartKey: Item | undefined;
  do {
    const Limit = upTo - found;
    const { Count = 0, LastEvaluatedKey } = await documents.query({
      ...query,
      Select: 'COUNT',
      Limit,
      ExclusiveStartKey,
    });
    found += Count;
    ExclusiveStartKey = LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined && found < upTo);
  return found;
};

/**
 * One page of a query. Asks for one item more than the page holds, to know whether another page follows.
 *
 * @param sortKey the attribute that orders the listing: its value is the position of an item
 * @param query   with an ExclusiveStartKey made from the position of the page
 * @throws {KmsError} InvalidMarkerException for a position where nothing can stand
 */
export const queryPage = async <T>(
  documents: Documents,
  query: Omit<Query, 'Limit'>,
  page: PageRequest,
  sortKey: string,
  read: (item: Item) => T,
): Promise<Page<T>> => {
  const input = { ...query, Limit: page.limit + 1 };
  const { Items = [], LastEvaluatedKey } = await documents.query(input).catch((error: unknown) => {
    throw input.ExclusiveStartKey !== undefined && isRefusedInput(error) ? invalidMarker() : error;
  });
  const shown = Items.slice(0, page.limit);
  // A filter may leave a page short, or empty, and still have more behind it.
  const last = Items.length > page.limit ? shown.at(-1) : LastEvaluatedKey;
  return { items: shown.map(read), next: last && String(last[sortKey]) };
};

/** One page of a whole table, in no order but that items of one partition come together. */
export const scanPage = async <T>(
  documents: Documents,
  TableName: string,
  { partitionKey, sortKey }: Table,
  { limit, after }: PageRequest,
  read: (item: Item) => T,
): Promise<Page<T>> => {
  const ExclusiveStartKey = after === undefined ? undefined : (JSON.parse(after) as Item); // as written below
  const { Items = [], LastEvaluatedKey: last } = await documents.scan({
    TableName,
    ConsistentRead: true,
    Limit: limit,
    ...(ExclusiveStartKey && { ExclusiveStartKey }),
  });
  const next = last && JSON.stringify({ [partitionKey]: last[partitionKey], [sortKey]: last[sortKey] });
  return { items: Items.map(read), next };
};
