import type { Caller } from '../../core/model/caller.ts';
import type { Context } from '../../core/policy/context.ts';
import type { Operation } from '../operation.ts';
import { authorize } from './authorize.ts';
import { type Call, newCall } from './call.ts';
import type { Runtime } from './ports.ts';
import { permissionOf } from './refusals.ts';
import { resolve } from './resolve.ts';
import { readsOf } from './uses.ts';

/**
 * The part of an operation that asks for one permission: one half of ReEncrypt, say.
 *
 * @param permission without `kms:`
 * @returns `undefined` when the operation does not ask for it
 */
export const askingFor = (operation: Operation, permission: string): Operation | undefined => {
  const { whenSent = {}, newPolicy: _, ...permissions } = operation.permissions;
  if (Object.hasOwn(whenSent, permission)) return { ...operation, name: permission, keys: {}, permissions: {} };
  const judged = Object.entries(operation.keys).filter(([, target]) => target.permission !== null);
  const asking = judged.filter(([, target]) => permissionOf({ operation }, target) === permission);
  const beside = operation.name === permission && judged.length === 0;
  return asking.length > 0 || beside ? { ...operation, keys: Object.fromEntries(asking), permissions } : undefined;
};

export interface Simulated {
  readonly allowed: boolean;
  readonly reasons: readonly string[];
  /** ARNs of the keys that were found. */
  readonly keys: readonly string[];
}

/**
 * Whether a call would be allowed: its keys are found and its permissions judged by the very steps that a call takes, and
 * nothing is done or recorded.
 *
 * @param operation as `askingFor` cuts it
 * @param input read by its shapes; what is not there is not judged
 * @throws {KmsError} when the keys or grant tokens are not there
 */
export const simulate = async (
  runtime: Runtime,
  operation: Operation,
  asked: { readonly caller: Caller; readonly input: Call['input']; readonly assumed: Context },
): Promise<Simulated> => {
  const stores = runtime.storesFor(readsOf(operation));
  const call: Call = { ...newCall(operation, request, runtime.clock()), ...asked };
  try {
    await resolve(runtime, stores)(call);
    await authorize(runtime, stores)(call);
  } catch (error) {
    if (call.refusal === undefined) throw error;
  }
  const keys = Object.values(call.keys).flatMap((key) => (key ? [key.Arn] : []));
  return { allowed: call.refusal === undefined, reasons: call.reasons ?? [], keys };
};

const request = {
  method: 'POST',
  path: '/',
  query: '',
  headers: new Map(),
  body: new Uint8Array(),
  sourceIp: '127.0.0.1',
  requestId: '',
};
