import { KMS, type KmsKeyringNode } from '@aws-crypto/client-node';
import { isRegion } from '../../core/model/arn.ts';
import { defaultRegion } from '../../local/default-region.ts';
import { UsageError } from '../../local/options.ts';
import type { Principal } from '../../local/principals/principal.ts';
import { callingAt } from '../calling-at.ts';
import { fromHere } from '../control.ts';
import { endpointOf, principalNamed, principalsOf } from '../principals-of.ts';
import type { FileValues } from './options.ts';

type ClientProvider = NonNullable<NonNullable<ConstructorParameters<typeof KmsKeyringNode>[0]>['clientProvider']>;

/** The service that wraps and unwraps data keys. */
export interface Connection {
  readonly endpoint: string;
  /** Of keys that are not named by ARN. */
  readonly region: string;
  /** Of the caller, where it is known. */
  readonly accountId: string | undefined;
  /** A client a Region; `''` for the one above. */
  clientFor(region: string): KMS;
  /** The same, as keyrings take it. */
  readonly clientProvider: ClientProvider;
  /** What the service refused, or why it was not reached: the latest. */
  refusal(): Error | undefined;
  close(): void;
}

/** To the service of the data folder as one of its users; or to an endpoint with the credentials of the environment. */
export const connect = async (values: FileValues): Promise<Connection> => {
  const { AWS_ENDPOINT_URL_KMS, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID } = process.env;
  const named = values.endpoint ?? (AWS_ENDPOINT_URL_KMS || AWS_ENDPOINT_URL || undefined);
  if (named !== undefined && !URL.canParse(named)) throw new UsageError(`the endpoint must be a URL, not "${named}"`);
  const region = values.region ?? (AWS_REGION || AWS_DEFAULT_REGION || defaultRegion);
  if (!isRegion(region)) throw new UsageError(`"${region}" is not the name of a Region`);
  // A profile is of principals.json: it has no meaning elsewhere.
  const isOwn = values.profile !== undefined || named === undefined;
  const principal = isOwn ? await principalNamed(values.profile ?? 'admin', values) : undefined;
  const endpoint = values.endpoint ?? (isOwn ? fromHere(await endpointOf(values)) : (named ?? ''));
  const known = principal ?? (await holderOf(AWS_ACCESS_KEY_ID, values));

  const clients = new Map<string, KMS>();
  let refusal: Error | undefined;
  const newClient = (at: string): KMS => {
    const credentials = principal && credentialsOf(principal);
    const client = callingAt(endpoint, new KMS({ endpoint, region: at, ...(credentials && { credentials }) }));
    client.middlewareStack.add(
      (next) => (args) =>
        next(args).catch((error: Error) => {
          refusal = error;
          throw error;
        }),
      { step: 'initialize' },
    );
    return client;
  };
  const clientFor = (at: string): KMS => {
    const client = clients.get(at || region) ?? newClient(at || region);
    clients.set(at || region, client);
    return client;
  };
  return {
    endpoint,
    region,
    accountId: known?.accountId,
    clientFor,
    clientProvider: clientFor as ClientProvider, // the libraries differ only in whether `undefined` may be written out
    refusal: () => refusal,
    close() {
      for (const client of clients.values()) client.destroy();
    },
  };
};

const credentialsOf = ({ accessKeyId, secretAccessKey, sessionToken }: Principal) => ({
  accessKeyId,
  secretAccessKey,
  ...(sessionToken !== undefined && { sessionToken }),
});

/** Whose access key it is, where the data folder knows. */
const holderOf = async (accessKeyId: string | undefined, values: FileValues): Promise<Principal | undefined> => {
  const all = await principalsOf(values).catch(() => []);
  return all.find((one) => one.accessKeyId === accessKeyId);
};
