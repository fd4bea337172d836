import { DynamoDBClient, type DynamoDBClientConfig, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { DataFolder } from './data-folder.ts';
import { defaultRegion } from './default-region.ts';
import { Failure } from './failure.ts';
import { createFileOnce } from './files.ts';

/** How long the database may take to answer at the start, in milliseconds. */
const patienceMs = 5000;

/**
 * A DynamoDB API elsewhere. Region and credentials come from the environment, as for any AWS client.
 *
 * @param endpoint its URL
 * @returns how clients reach it
 * @throws {Failure} when it cannot be used: better now than at every call
 */
export const reachDynamoDb = async (endpoint: string): Promise<DynamoDBClientConfig> => {
  const config = { endpoint, region: process.env.AWS_REGION ?? defaultRegion };
  const client = new DynamoDBClient({ ...config, maxAttempts: 1 });
  try {
    await client.send(new ListTablesCommand({ Limit: 1 }), { abortSignal: AbortSignal.timeout(patienceMs) });
    return config;
  } catch (cause) {
    const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
    const why = name === 'AbortError' ? `it has not answered in ${patienceMs / 1000} s` : message || name;
    const hint =
      name === 'CredentialsProviderError'
        ? 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; a local database takes any'
        : 'look whether it runs there, and whether the credentials may use it';
    throw new Failure({ what: `the database at ${endpoint} cannot be used`, why, hint }, { cause });
  } finally {
    client.destroy();
  }
};

/** In the data folder: keys under its root secrets are in a database elsewhere too, the first of which it names. */
export const externalStorageFile = 'external-dynamodb';

/** Leaves word of it, before there are such keys. */
export const noteExternalStorage = async (folder: DataFolder, endpoint: string): Promise<void> => {
  await createFileOnce(folder.path(externalStorageFile), `${endpoint}\n`, 0o600);
};
