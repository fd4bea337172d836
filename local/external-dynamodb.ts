import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { sdkDocuments } from '../stores/dynamo/sdk-documents.ts';
import { sdkTables } from '../stores/dynamo/sdk-tables.ts';
import { defaultRegion } from './default-region.ts';
import { Failure } from './failure.ts';

/** How long the database may take to answer at the start, in milliseconds. */
const patienceMs = 5000;

/**
 * A DynamoDB API elsewhere. Region and credentials come from the environment, as for any AWS client.
 *
 * @param endpoint its URL
 * @throws {Failure} when it cannot be used: better now than at every call
 */
export const reachDynamoDb = async (endpoint: string) => {
  const config = { endpoint, region: process.env.AWS_REGION ?? defaultRegion };
  const once = new DynamoDBClient({ ...config, maxAttempts: 1 });
  try {
    await once.send(new ListTablesCommand({ Limit: 1 }), { abortSignal: AbortSignal.timeout(patienceMs) });
    const client = new DynamoDBClient(config);
    return { documents: sdkDocuments(client), tables: sdkTables(client), close: async () => client.destroy() };
  } catch (cause) {
    const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
    const why = name === 'AbortError' ? `it has not answered in ${patienceMs / 1000} s` : message || name;
    const hint =
      name === 'CredentialsProviderError'
        ? 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; a local database takes any'
        : 'look whether it runs there, and whether the credentials may use it';
    throw new Failure({ what: `the database at ${endpoint} cannot be used`, why, hint }, { cause });
  } finally {
    once.destroy();
  }
};
