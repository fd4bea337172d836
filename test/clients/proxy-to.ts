import { listen, type ProxyServer } from '../../clients/proxy/server.ts';
import type { Credential } from '../../local/sigv4.ts';
import { alice, credentialsOf, type Deployed } from '../gateway/deployed.ts';

/** A proxy to the deployed service, which signs as alice. @param key that it asks of its callers */
export const proxyTo = (deployed: Deployed, key: Credential): Promise<ProxyServer> => {
  const endpoint = new URL(deployed.endpoint);
  const credentials = async () => credentialsOf(alice);
  return listen({ endpoint, region: 'us-east-1', credentials, port: 0, key, log: () => {} });
};
