import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { createTables } from '../stores/dynamo/create-tables.ts';

const account = '111122223333';
const alice = `arn:aws:iam::${account}:user/alice`;

/** What the gateway hands to a function. */
const eventFor = (operation: string, input: object) => ({
  httpMethod: 'POST',
  path: `/${operation}`,
  multiValueHeaders: { 'Content-Type': ['application/x-amz-json-1.1'] },
  body: JSON.stringify(input),
  isBase64Encoded: false,
  requestContext: {
    requestId: 'request',
    identity: { userArn: alice, accountId: account, user: 'AIDA', caller: 'AIDA', accessKey: 'AKIA', sourceIp: '::1' },
  },
});

const otherServices: Readonly<Record<string, object>> = {
  'AmazonSQS.SendMessage': { MessageId: 'm' },
  'secretsmanager.GetSecretValue': { SecretString: 'Sample00'.repeat(8) },
};

/** Stands for AWS: DynamoDB by dynalite, and what else a function asks, at once. */
const startAws = async () => {
  const database = dynalite({ createTableMs: 0 });
  const server = createServer((request, response) => {
    const other = otherServices[String(request.headers['x-amz-target'])];
    if (other === undefined) database.emit('request', request, response);
    else response.end(JSON.stringify(other));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // listens on TCP
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => server.close().closeAllConnections() };
};

/** The first answer of a bundle in a process of its own, and after how many milliseconds from before its import. */
const callOnce = async (file: string, event: object, env: Record<string, string>) => {
  const script = `const t = performance.now();
    require(process.argv[1]).handler(JSON.parse(process.argv[2])).then(({ statusCode, body }) => {
      console.log(JSON.stringify({ ms: performance.now() - t, statusCode, body })); process.exit(); });`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, file, JSON.stringify(event)], { env });
  const { ms, statusCode, body }: { ms: number; statusCode: number; body: string } = JSON.parse(stdout);
  if (statusCode !== 200) throw new Error(`${file} answered ${statusCode} ${body}`);
  return { ms, answer: JSON.parse(body) };
};

/** Milliseconds until Encrypt has answered, each time in a fresh process. @param file its bundle, beside the others */
export const coldEncrypt = async (file: string, environment: Record<string, string>, runs: number) => {
  const aws = await startAws();
  try {
    const env = { ...environment, AWS_ENDPOINT_URL: aws.endpoint };
    const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'none' };
    const client = new DynamoDBClient({ endpoint: aws.endpoint, region: 'us-east-1', credentials });
    await createTables(client, (table) => table);
    client.destroy();
    const createKey = join(dirname(dirname(file)), 'CreateKey', 'index.cjs');
    const { answer } = await callOnce(createKey, eventFor('CreateKey', {}), env);
    const encrypt = eventFor('Encrypt', { KeyId: answer.KeyMetadata.KeyId, Plaintext: 'aGVsbG8=' });
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) times.push((await callOnce(file, encrypt, env)).ms);
    return { least: Math.min(...times), median: times.toSorted((a, b) => a - b)[runs >> 1] ?? 0 };
  } finally {
    aws.stop();
  }
};
