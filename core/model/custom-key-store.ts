import { oneOf, optional, secret, structure, text } from './shapes.ts';

/** What whoever names a custom key store is told. */
export const noCustomKeyStores = 'Custom key stores are not supported by this service yet.';

export const customKeyStoreId = () => text({ min: 1, max: 64 });
export const customKeyStoreName = () => text({ min: 1, max: 256 });
export const xksKeyId = () => text({ min: 1, max: 128, pattern: '^[a-zA-Z0-9-_.]+$' });

/** The members that say what backs a custom key store: those of CreateCustomKeyStore and UpdateCustomKeyStore. */
export const backingMembers = {
  CloudHsmClusterId: optional(text({ min: 19, max: 24, pattern: 'cluster-[2-7a-zA-Z]{11,16}' })),
  KeyStorePassword: secret(optional(text({ min: 7, max: 32 }))),
  XksProxyUriEndpoint: optional(text({ min: 10, max: 128, pattern: '^https://[a-zA-Z0-9.-]+$' })),
  XksProxyUriPath: optional(
    text({ min: 10, max: 128, pattern: '^(/[a-zA-Z0-9\\/_-]+/kms/xks/v\\d{1,2})$|^(/kms/xks/v\\d{1,2})$' }),
  ),
  XksProxyVpcEndpointServiceName: optional(
    text({
      min: 20,
      max: 64,
      pattern: '^(com|eu)\\.amazonaws\\.vpce\\.([a-z]+-){2,3}\\d+\\.vpce-svc-[0-9a-z]+$',
    }),
  ),
  XksProxyVpcEndpointServiceOwner: optional(text({ min: 12, max: 12, pattern: '[0-9]{12}' })),
  XksProxyAuthenticationCredential: secret(
    optional(
      structure({
        AccessKeyId: secret(text({ min: 20, max: 30, pattern: '^[A-Z2-7]+$' })),
        RawSecretAccessKey: secret(text({ min: 43, max: 64, pattern: '^[a-zA-Z0-9\\/+=]+$' })),
      }),
    ),
  ),
  XksProxyConnectivity: optional(oneOf(['PUBLIC_ENDPOINT', 'VPC_ENDPOINT_SERVICE'])),
} as const;
