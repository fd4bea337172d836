import type { Caller } from '../../core/model/caller.ts';
import type { GrantRecord } from '../../core/model/grant.ts';
import type { Key } from '../../core/model/key.ts';
import type { AliasRecord } from '../../core/model/key-record.ts';
import type { Context } from '../../core/policy/context.ts';
import type { ListPage, Operation, Output } from '../operation.ts';
import type { HttpRequest, Recipient } from './ports.ts';

/** A key that was found for a target, before it is known whether the caller may use it. */
export interface FoundKey extends Key {
  readonly alias?: AliasRecord | undefined;
  /** The grant on it that was named too. */
  readonly grant?: GrantRecord | undefined;
  /** Whether the request named it, or only its ciphertext did. */
  readonly namedBy: 'request' | 'ciphertext';
}

/** One request on its way through the pipeline: each step adds what it found out. */
export interface Call {
  readonly operation: Operation;
  readonly request: HttpRequest;
  readonly now: Date;
  caller?: Caller;
  input: Readonly<Record<string, unknown>>;
  /** The members that came in the request, before defaults; where it matters to the record. */
  sent?: ReadonlySet<string>;
  /** To whom alone the secret in the answer is told. */
  recipient?: Recipient;
  page?: ListPage;
  /** By the names of the operation's targets; `undefined` where an optional key was not named. */
  keys: Record<string, FoundKey | undefined>;
  /** Why the caller may or may not, in sentences for the owner of the service. */
  reasons?: string[];
  /** What authorization refused, for the log: the reason holds no value of the request. */
  refusal?: { readonly reason: string; readonly action: string; readonly resource: string };
  /** Condition keys and values that a simulation takes for granted. */
  readonly assumed?: Context | undefined;
  output?: Output | undefined;
  /** Of its record, once that is durable. */
  eventId?: string;
}

export const newCall = (operation: Operation, request: HttpRequest, now: Date, caller?: Caller): Call => ({
  operation,
  request,
  now,
  ...(caller && { caller }),
  input: {},
  keys: {},
});

/** The caller of a call that has passed authentication. */
export const callerOf = ({ caller }: Call): Caller => {
  if (caller === undefined) throw new Error('a step that needs the caller runs before authentication');
  return caller;
};
