import QuickLRU from 'quick-lru';
import type { KeyRecord } from '../core/model/key-record.ts';
import { type CompiledPolicy, compilePolicy } from '../core/policy/policy.ts';

/** Compiled key policies kept in hand at most. */
const mostPolicies = 10_000;

/** Key policies, each compiled once for as long as it is in force. By its text: a key may have one in each Region. */
export const newKeyPolicies = () => {
  const compiled = new QuickLRU<string, { readonly text: string; readonly policy: CompiledPolicy<'key'> }>({
    maxSize: mostPolicies,
  });
  return ({ KeyId, Policy }: KeyRecord): CompiledPolicy<'key'> => {
    const known = compiled.get(KeyId);
    if (known?.text === Policy) return known.policy;
    const policy = compilePolicy(Policy, 'key');
    compiled.set(KeyId, { text: Policy, policy });
    return policy;
  };
};
