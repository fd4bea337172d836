import { createHash } from 'node:crypto';
import middy from '@middy/core';
import type { Caller } from '../../core/model/caller.ts';
import type { UsableKey } from '../../core/model/key.ts';
import { dryStores } from '../../stores/dry.ts';
import { StaleRecordError, type Writers } from '../../stores/ports.ts';
import type { Operation } from '../operation.ts';
import { relatedKeys } from '../related-keys.ts';
import { audit } from './audit.ts';
import { authenticate } from './authenticate.ts';
import { authorize } from './authorize.ts';
import { type Call, callerOf, newCall } from './call.ts';
import { checkKey } from './check-key.ts';
import { endDryRun } from './dry-run.ts';
import { attest, forRecipient } from './for-recipient.ts';
import { parse } from './parse.ts';
import type { HttpReply, HttpRequest, Runtime } from './ports.ts';
import { renderErrors, replyTo } from './reply.ts';
import { resolve } from './resolve.ts';
import { throttle } from './throttle.ts';
import { noteUsage } from './usage.ts';
import { isUse, readsOf, relating } from './uses.ts';
import { validate } from './validate.ts';
import { wipeBytes } from './wipe-bytes.ts';

/** How often a call is run again after a lost race before it fails. */
const mostAttempts = 10;

/** middy wants Lambda's context, which no step reads; so it must not time the call by it either. */
const noContext = {} as never;
const withoutTimer = { timeoutEarlyInMillis: 0 };

/** Turns a declaration into a handler: the same one for Lambda, the local server and the tests. */
export const serve = (operation: Operation, runtime: Runtime) => {
  const { region, keyring, random, quotas, requestLimits } = runtime;
  const stores = runtime.storesFor(readsOf(operation, runtime));
  const own = runtime.storesFor(operation.uses);
  const ownDry = dryStores(own);
  const { keys: inStep } = operation.uses.regions ? runtime.storesFor(relating) : {};
  const always = { region, random, quotas, fingerprint, materials: keyring };

  const findKeys = resolve(runtime, stores, runtime.managedKeys?.(operation.uses)); // alias or ARN → key record
  const mayCall = authorize(runtime, stores);

  /** What is judged, and done, on records as they were read: all of it again if they change meanwhile. */
  const attempt = async (call: Call): Promise<void> => {
    await findKeys(call);
    await mayCall(call);
    checkKey(runtime, call); // origin, role, ciphertext, usage, state, type, algorithm
    endDryRun(call.input, false);
    const { input, page, now } = call;
    const keys = operation.uses.material === 'use' ? usable(call.keys, keyring, stores) : call.keys;
    const related = inStep && relatedKeys(runtime, inStep, now);
    const ofCall = { input, caller: callerOf(call), page, now, related, stores: input.DryRun === true ? ownDry : own };
    call.output = forRecipient(call, await operation.handle({ ...always, ...keys, ...ofCall }));
    endDryRun(input, true);
  };

  const handler = middy<Call, HttpReply>(async (call: Call) => {
    await retryStale(() => attempt(call));
    return replyTo(call.request, call.output);
  }, withoutTimer).use([
    wipeBytes(),
    renderErrors(runtime), // first in but one, so its onError runs after audit's
    ...(isUse(operation) ? [noteUsage(runtime, stores)] : []), // its after runs after audit's
    audit(runtime),
    parse(),
    authenticate(runtime),
    ...(requestLimits ? [throttle(requestLimits, region)] : []),
    validate(runtime),
    attest(runtime), // the document that says for whom the answer is
  ]);

  /** @param caller who is known already: only for calls from inside the process, never for what comes in by a front door */
  return (request: HttpRequest, caller?: Caller): Promise<HttpReply> =>
    handler(newCall(operation, request, runtime.clock(), caller), noContext);
};

const fingerprint = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** A record that changed between reading and writing: all is judged again on what is stored now. */
const retryStale = async (attempt: () => Promise<void>): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof StaleRecordError) || tries === mostAttempts) throw error;
    }
  }
};

const usable = (found: Call['keys'], keyring: Runtime['keyring'], { keys }: Partial<Writers>) => {
  const inHand: Record<string, UsableKey | undefined> = {};
  for (const name of Object.keys(found)) inHand[name] = found[name] && keys && keyring.use(found[name], keys);
  return inHand;
};
