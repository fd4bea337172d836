import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { EmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';

type RequestHandler = NonNullable<DynamoDBClientConfig['requestHandler']>;

/** What we read of the SDK's request: the operation in `x-amz-target`, DynamoDB's JSON in the body. */
interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** The SDK's client on the embedded DynamoDB: for what our own does not ask, and to compare the two. */
export const sdkOn = ({ ask }: EmbeddedDynamoDb): DynamoDBClient => {
  const requestHandler = {
    async handle({ headers, body = '' }: Request) {
      const action = headers['x-amz-target']?.split('.').at(-1) ?? '';
      const reply = await ask(action, JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body)));
      const response = { statusCode: reply.statusCode, headers: {}, body: Buffer.from(JSON.stringify(reply.body)) };
      return { response };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  } satisfies RequestHandler;
  return new DynamoDBClient({
    requestHandler,
    region: 'us-east-1',
    endpoint: 'http://embedded.invalid',
    credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
    maxAttempts: 1,
  });
};
