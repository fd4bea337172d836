import { KMSClient } from '@aws-sdk/client-kms';
import { expect, it } from 'vitest';
import { callingAt } from '../../cli/calling-at.ts';

const isByPath = (endpoint: string) => {
  const client = callingAt(endpoint, new KMSClient({ endpoint, region: 'us-east-1' }));
  const middleware = client.middlewareStack.identify();
  client.destroy();
  return middleware.some((name) => name.includes('callByPath'));
};

it.each([
  ['https://abc123.execute-api.eu-west-1.amazonaws.com/prod', true],
  ['https://abc123-vpce-0a1b2c3d4e5f60718.execute-api.us-east-1.amazonaws.com/prod', true],
  ['http://127.0.0.1:4599', false],
  ['http://127.0.0.1:4600/execute-api.', false],
])('calls %s by the path of each operation: %j', (endpoint, byPath) => {
  expect(isByPath(endpoint)).toBe(byPath);
});
