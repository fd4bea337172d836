import {
  buildAwsKmsMrkAwareDiscoveryMultiKeyringNode,
  buildAwsKmsMrkAwareStrictMultiKeyringNode,
  type KeyringNode,
  KmsKeyringNode,
} from '@aws-crypto/client-node';
import { parseKeyIdentifier, partitionOf } from '../../core/model/arn.ts';
import { UsageError } from '../../local/options.ts';
import type { Connection } from './connection.ts';
import type { FileValues } from './options.ts';

/**
 * The keys that may open a message: those named, or all of the caller's account, in the Region of `--region` or in that
 * which the message names.
 */
export const openingKeyring = async (
  keys: readonly string[],
  { region }: FileValues,
  connection: Connection,
): Promise<KeyringNode> => {
  const { clientProvider, accountId } = connection;
  if (keys.length > 0) {
    const keyIds = await Promise.all(keys.map((key) => arnOf(key, connection)));
    return buildAwsKmsMrkAwareStrictMultiKeyringNode({ keyIds, clientProvider });
  }
  if (accountId === undefined) {
    throw new UsageError(
      '--key is needed: whose keys may open it is not known, as the credentials are not of the data folder',
    );
  }
  const discoveryFilter = { accountIDs: [accountId], partition: partitionOf(connection.region) };
  return region === undefined
    ? new KmsKeyringNode({ discovery: true, discoveryFilter, clientProvider })
    : buildAwsKmsMrkAwareDiscoveryMultiKeyringNode({ regions: [region], discoveryFilter, clientProvider });
};

/** A message names its keys by ARN; KMS knows those of other names. */
const arnOf = async (key: string, { clientFor, region }: Connection): Promise<string> => {
  const named = parseKeyIdentifier(key);
  if (named === undefined) throw new UsageError(`"${key}" is no key id, key ARN, alias/NAME or alias ARN`);
  if (named.kind === 'key' && named.place !== undefined) return key;
  const { KeyMetadata } = await clientFor(named.place?.region ?? region).describeKey({ KeyId: key });
  return KeyMetadata?.Arn ?? key;
};
