import type { Caller } from '../core/model/caller.ts';
import { compilePolicy } from '../core/policy/policy.ts';
import type { Standing } from '../lambdas/pipeline/ports.ts';
import type { Principal } from './principals.ts';

/** Nothing is allowed to somebody who left principals.json since the call began. */
const nobody: Standing = { identity: [], tags: {} };

/** What principals.json says of a caller; policies are compiled once for as long as the file does not change. */
export const newStandings = (find: (accessKeyId: string) => Principal | undefined) => {
  const compiled = new WeakMap<Principal, Standing>();
  return ({ accessKeyId }: Caller): Standing => {
    const principal = find(accessKeyId);
    if (principal === undefined) return nobody;
    const known = compiled.get(principal) ?? standingOf(principal);
    compiled.set(principal, known);
    return known;
  };
};

const standingOf = ({ policies, boundary, sessionPolicy, tags }: Principal): Standing => ({
  identity: policies.map((policy) => compilePolicy(policy, 'identity')),
  boundary: boundary && compilePolicy(boundary, 'boundary'),
  session: sessionPolicy && compilePolicy(sessionPolicy, 'session'),
  tags,
});
