import type { KMSClient } from '@aws-sdk/client-kms';
import { forApiGateway } from '../clients/for-api-gateway.ts';

/**
 * Makes a client call as what is at its endpoint wants it: API Gateway has a path for each operation.
 *
 * @param client with this endpoint
 * @returns the same client
 */
export const callingAt = <Client extends KMSClient>(endpoint: string, client: Client): Client =>
  /\.execute-api\./.test(new URL(endpoint).hostname) ? forApiGateway(client) : client;
