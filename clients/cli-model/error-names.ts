import { errorStatuses } from '../../core/model/errors.ts';

/**
 * Errors of AWS's that this service never answers with, as it has no custom key stores. Programs name them in `except`, so
 * they must be there.
 */
const neverAnswered = [
  'CloudHsmClusterInUseException',
  'CloudHsmClusterInvalidConfigurationException',
  'CloudHsmClusterNotActiveException',
  'CloudHsmClusterNotFoundException',
  'CloudHsmClusterNotRelatedException',
  'CustomKeyStoreHasCMKsException',
  'CustomKeyStoreNameInUseException',
  'IncorrectTrustAnchorException',
  'XksKeyAlreadyInUseException',
  'XksKeyInvalidConfigurationException',
  'XksKeyNotFoundException',
  'XksProxyIncorrectAuthenticationCredentialException',
  'XksProxyInvalidConfigurationException',
  'XksProxyInvalidResponseException',
  'XksProxyUriEndpointInUseException',
  'XksProxyUriInUseException',
  'XksProxyUriUnreachableException',
  'XksProxyVpcEndpointServiceInUseException',
  'XksProxyVpcEndpointServiceInvalidConfigurationException',
  'XksProxyVpcEndpointServiceNotFoundException',
];

/** The name of every error a client may meet or catch. */
export const errorNames: readonly string[] = [...Object.keys(errorStatuses), ...neverAnswered].sort();
