import { KMSClient, type KMSClientConfig } from '@aws-sdk/client-kms';
import { watchMembers } from '../watched.ts';
import type { RunningKms } from './start-kms.ts';

/**
 * The SDK's client as anybody would make it, except that it does not try again: a failure is to be seen. What it sends and
 * gets in bytes, no audit file of the service may tell.
 */
export const sdkClient = async (
  service: RunningKms,
  { profile, ...config }: KMSClientConfig & { readonly profile?: string } = {},
): Promise<KMSClient> => {
  const client = new KMSClient({
    endpoint: service.endpoint,
    region: 'us-east-1',
    maxAttempts: 1,
    ...(config.credentials === undefined && { credentials: await service.credentials(profile) }),
    ...config,
  });
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const name = String(commandName).replace('Command', '');
        watchMembers(name, args.input, service.secrets);
        const result = await next(args);
        watchMembers(name, result.output, service.secrets);
        return result;
      },
    { step: 'initialize' },
  );
  return client;
};
