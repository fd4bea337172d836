import { setTimeout } from 'node:timers/promises';
import { checkPolicy } from '../../core/policy/policy.ts';
import { Failure } from '../../local/failure.ts';
import { changePrincipals } from '../principals/edit.ts';
import type { Place } from '../principals-of.ts';
import type { State } from './state.ts';

/** By then a running service has looked at principals.json by itself. */
const seenAfterMilliseconds = 1000;

/** Gives a user or role of a lesson one more identity policy. @throws {Failure} on a deployed service, and when it is no policy */
export const attachPolicy = async (place: Place, state: State, name: string, policy: object): Promise<void> => {
  const what = `the policy cannot be given to ${name}`;
  if (state.remote) throw new Failure({ what, why: 'identity policies of a deployed service are in IAM', hint: '' });
  const [problem] = checkPolicy(JSON.stringify(policy), 'identity');
  if (problem !== undefined) throw new Failure({ what, why: `${problem.where} ${problem.what}`.trim(), hint: '' });
  const inForce = await changePrincipals(place, what, ({ accounts }) => {
    const account = accounts.find(({ id }) => id === state.actors[name]?.accountId);
    const identity = [...(account?.users ?? []), ...(account?.roles ?? [])].find((one) => one.name === name);
    if (identity === undefined) throw new RangeError(`the lesson has no user or role ${name}`);
    identity.policies = [...(identity.policies ?? []), policy];
  });
  if (!inForce) await setTimeout(seenAfterMilliseconds);
};
