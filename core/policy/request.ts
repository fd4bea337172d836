import type { Context } from './context.ts';
import type { CandidateGrant, GrantTerms, RetirableGrant } from './grants.ts';
import type { CompiledPolicy } from './policy.ts';
import type { Principal } from './principals.ts';
import type { PolicyKind } from './reading.ts';
import type { StatementRef } from './statement.ts';

/** What is asked: may this caller do this to that? */
export interface AccessRequest {
  readonly principal: Principal;
  /** `kms:Decrypt`. */
  readonly action: string;
  readonly resource: Resource;
  /** As a function it is asked for only when a policy asks for something. */
  readonly context: Context | (() => Context);
  /** Of the request; judged by the constraints of grants. The condition keys made from it are in `context`. */
  readonly encryptionContext?: Readonly<Record<string, string>> | undefined;
  /** What CreateGrant is to give; without it no grant allows CreateGrant. */
  readonly newGrant?: GrantTerms | undefined;
  /** The grant to be retired: it decides in place of the key policy and of the grants on the key. */
  readonly retires?: RetirableGrant | undefined;
}

/** A key, an alias in the alias half of its operations, or nothing, for actions that are not bound to a key. */
export type Resource =
  | { readonly kind: 'key'; readonly arn: string; readonly KeyId: string; readonly accountId: string }
  | { readonly kind: 'alias'; readonly arn: string }
  | { readonly kind: 'none' };

/** Everything that has a say. What is left out does not exist, except that a key without policy allows nobody. */
export interface Policies {
  readonly key?: CompiledPolicy<'key'> | undefined;
  readonly identity: readonly CompiledPolicy<'identity'>[];
  readonly boundary?: CompiledPolicy<'boundary'> | undefined;
  readonly session?: CompiledPolicy<'session'> | undefined;
  /** Only for calls through a VPC endpoint. */
  readonly endpoint?: CompiledPolicy<'endpoint'> | undefined;
  /** Those on the key whose grantee may be the caller: a few, however many the key has. */
  readonly grants?: readonly CandidateGrant[] | undefined;
}

export type Decision = Allowed | Denied;

interface Decided {
  /** The statement that allows or denies. */
  readonly statement?: StatementRef | undefined;
  /** Which of the identity policies it is in, from 0. */
  readonly policy?: number | undefined;
  /** The key policy's statement that lets the caller in, as far as other policies allow it too. */
  readonly delegation?: StatementRef | undefined;
  /** The GrantId of the grant that allows, or would if policies did too. */
  readonly grant?: string | undefined;
  /** The key is another account's. */
  readonly foreign: boolean;
}

export interface Allowed extends Decided {
  readonly allowed: true;
  /** `root`: the caller is its account's root user, which no identity policy limits. */
  readonly by: 'key' | 'identity' | 'grant' | 'root';
}

export interface Denied extends Decided {
  readonly allowed: false;
  /** A statement denies; else an Allow is missing. */
  readonly explicit: boolean;
  /** Which kind of policy denies, or lacks the Allow. */
  readonly by: PolicyKind;
}
