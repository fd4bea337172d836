import { KMSClient, type KMSClientConfig } from '@aws-sdk/client-kms';
import type { RunningKms } from './start-kms.ts';

/** The SDK's client as anybody would make it, except that it does not try again: a failure is to be seen. */
export const sdkClient = async (
  service: RunningKms,
  { profile, ...config }: KMSClientConfig & { readonly profile?: string } = {},
): Promise<KMSClient> =>
  new KMSClient({
    endpoint: service.endpoint,
    region: 'us-east-1',
    maxAttempts: 1,
    ...(config.credentials === undefined && { credentials: await service.credentials(profile) }),
    ...config,
  });
