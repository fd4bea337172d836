import QuickLRU from 'quick-lru';
import type { KeyRecord } from '../core/model/key-record.ts';
import { type CompiledPolicy, compilePolicy } from '../core/policy/policy.ts';

/** Compiled key policies kept in hand at most. */
const mostPolicies = 10_000;

/** Key policies, each compiled once per revision of its record. */
export const newKeyPolicies = () => {
  const compiled = new QuickLRU<string, CompiledPolicy<'key'>>({ maxSize: mostPolicies });
  return ({ KeyId, revision, Policy }: KeyRecord): CompiledPolicy<'key'> => {
    const id = `${KeyId} ${revision}`;
    const known = compiled.get(id);
    if (known !== undefined) return known;
    const policy = compilePolicy(Policy, 'key');
    compiled.set(id, policy);
    return policy;
  };
};
