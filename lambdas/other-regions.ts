import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KmsError } from '../core/model/errors.ts';
import { sdkDocuments } from '../stores/dynamo/sdk-documents.ts';
import { dynamoStores } from '../stores/dynamo/stores.ts';
import type { StoreName, Sweepers } from '../stores/ports.ts';
import { otherRegionsClient } from './aws-client.ts';
import type { Runtime } from './pipeline/ports.ts';

/**
 * The other Regions of an installation, whose tables have the same names everywhere. Nothing is kept of what is read
 * there: whoever writes to several Regions judges by what is stored now.
 *
 * @param names of the Regions where the installation is deployed besides this one
 */
export const otherRegions = (
  names: readonly string[],
  tableNameOf: (table: StoreName) => string,
): Runtime['inRegion'] => {
  const opened = new Map<string, Sweepers>();
  return async (region) => {
    const known = opened.get(region);
    if (known) return known;
    if (!names.includes(region)) {
      throw new KmsError('UnsupportedOperationException', `This service is not deployed in the Region ${region}.`);
    }
    const documents = sdkDocuments(new DynamoDBClient({ ...otherRegionsClient, region }));
    const stores = dynamoStores(documents, tableNameOf);
    opened.set(region, stores);
    return stores;
  };
};
