import type { KMS } from '@aws-sdk/client-kms';
import { Failure } from '../../local/failure.ts';
import type { Principal } from '../../local/principals/principal.ts';
import { callingAt } from '../calling-at.ts';
import { type Place, principalsOf } from '../principals-of.ts';
import { examinerArn } from './accounts.ts';
import { localEndpoint } from './local-endpoint.ts';
import { type Actor, firstOf, type State } from './state.ts';
import type { Credentials } from './work-folder.ts';

/** Clients of a lesson's users, made when they are asked for. */
export interface Clients {
  /** @param mark stands in the user agent of its calls */
  of(actor: Actor, region?: string, mark?: string): KMS;
  examiner(accountId: string, region?: string, mark?: string): KMS;
  close(): void;
}

export const openClients = async (place: Place, state: State): Promise<Clients> => {
  const { KMS } = await import('@aws-sdk/client-kms'); // not for those commands that call nobody
  const principals = state.remote ? [] : await principalsOf(place);
  const endpoint = state.remote ? state.endpoint : await localEndpoint(place); // its port may be another than at the start
  const made = new Map<string, KMS>();
  const newClient = (
    { arn, profile }: Pick<Actor, 'arn' | 'profile'>,
    region: string,
    mark: string | undefined,
  ): KMS => {
    const client = new KMS({
      endpoint,
      region,
      ...(mark !== undefined && { customUserAgent: mark }),
      ...(state.remote ? profile && { profile } : { credentials: credentialsOf(withArn(principals, arn)) }),
    });
    return callingAt(endpoint, client);
  };
  const of: (...of: [Pick<Actor, 'arn' | 'profile'>, string?, string?]) => KMS = (
    actor,
    region = state.region,
    mark = undefined,
  ) => {
    const id = `${actor.arn} ${region} ${mark}`;
    const client = made.get(id) ?? newClient(actor, region, mark);
    made.set(id, client);
    return client;
  };
  return {
    of,
    // elsewhere there is nobody whom the course made: the student looks
    examiner: (accountId, region, mark) =>
      of((state.remote && state.actors[firstOf(state)]) || { arn: examinerArn(accountId) }, region, mark),
    close() {
      for (const client of made.values()) client.destroy();
    },
  };
};

/** Of everybody in the lesson but the examiner. */
export const credentialsIn = async (place: Place, { actors }: State): Promise<Credentials> => {
  const principals = await principalsOf(place);
  return new Map(Object.entries(actors).map(([name, { arn }]) => [name, withArn(principals, arn)]));
};

const withArn = (principals: readonly Principal[], arn: string): Principal => {
  const found = principals.find((one) => one.arn === arn);
  if (found !== undefined) return found;
  throw new Failure({
    what: `${arn} of the lesson is not there any more`,
    why: 'principals.json has nobody of that ARN',
    hint: 'begin anew: kms course reset NN',
  });
};

const credentialsOf = ({ accessKeyId, secretAccessKey, sessionToken }: Principal) => ({
  accessKeyId,
  secretAccessKey,
  ...(sessionToken !== undefined && { sessionToken }),
});
