import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { createTables } from '../stores/dynamo/create-tables.ts';
import { sdkTables } from '../stores/dynamo/sdk-tables.ts';

const otherServices: Readonly<Record<string, object>> = {
  'AmazonSQS.SendMessage': { MessageId: 'm' },
  'secretsmanager.GetSecretValue': { SecretString: 'Sample00'.repeat(8) },
};

/** How often each action was asked for: `DynamoDB GetItem`. */
export type AwsCalls = Readonly<Record<string, number>>;

/**
 * Stands for AWS on this machine: DynamoDB by dynalite, with the tables, and what else a function asks for, at once.
 * `GET /` answers with the calls since it was asked last.
 */
export const startAws = async () => {
  const database = dynalite({ createTableMs: 0 });
  let calls: Record<string, number> = {};
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.end(JSON.stringify(calls));
      calls = {};
      return;
    }
    const target = String(request.headers['x-amz-target']);
    const name = target.replace(/^(Amazon)?([a-z]+?)(_\d+)?\./i, '$2 ');
    calls[name] = (calls[name] ?? 0) + 1;
    const other = otherServices[target];
    if (other === undefined) database.emit('request', request, response);
    else request.resume().on('end', () => response.end(JSON.stringify(other)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // listens on TCP
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'none' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  await createTables(sdkTables(client), (table) => table);
  client.destroy();
  return { endpoint, stop: () => server.close().closeAllConnections() };
};
