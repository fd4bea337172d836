import type { Caller } from '../../core/model/caller.ts';
import { readMembers } from '../../core/model/read-shape.ts';
import type { Context } from '../../core/policy/context.ts';
import type { Operation } from '../../lambdas/operation.ts';
import { operations } from '../../lambdas/operations/index.ts';
import { askingFor } from '../../lambdas/pipeline/simulate.ts';
import { callerOfService } from '../../lambdas/service-caller.ts';
import { ControlError } from './endpoint.ts';
import type { Question } from './simulate.ts';

/**
 * The operation that asks for a permission, cut down to where it does.
 *
 * @param action `kms:ReEncryptFrom`
 * @throws {ControlError} when none does
 */
export const operationFor = (action: string): Operation => {
  const permission = /^kms:(\w+)$/i.exec(action)?.[1] ?? '';
  // The operation of that name first: others may ask for its permission too.
  const own: readonly Operation[] = operations.filter(({ name }) => name === permission);
  for (const operation of [...own, ...operations]) {
    const asking = askingFor(operation, permission);
    if (asking) return asking;
  }
  const parts = own.flatMap(({ keys }) => Object.values(keys).map((target) => `kms:${target.permission}`));
  const hint = parts.length > 0 ? `it needs ${parts.join(' and ')}` : 'a permission is written like kms:Encrypt';
  throw new ControlError(`No operation here asks for ${action}; ${hint}`);
};

/**
 * What the call would bring, as far as authorization looks at it.
 *
 * @throws {ControlError} when something is missing, or there is no place for it
 */
export const inputFor = (operation: Operation, asked: Question): Record<string, unknown> => {
  const targets = Object.values(operation.keys);
  const { alias } = operation.permissions;
  const places = {
    key: targets.filter(({ byAlias }) => byAlias !== 'only').map(({ from }) => from),
    alias: alias === undefined ? [] : [alias],
    context: targets.flatMap(({ encryptionContext }) => encryptionContext ?? []),
    grantTokens: Object.hasOwn(operation.input, 'GrantTokens') ? ['GrantTokens'] : [],
  };
  const members: Record<string, unknown> = {};
  for (const name of ['key', 'alias', 'context', 'grantTokens'] as const) {
    const value = asked[name];
    const needed = name === 'key' || name === 'alias';
    if (value === undefined && needed && places[name].length > 0)
      throw new ControlError(`${asked.action} needs "${name}"`);
    if (value !== undefined && places[name].length === 0) throw new ControlError(`${asked.action} takes no "${name}"`);
    for (const member of places[name]) members[member] = value;
  }
  return readMembers(operation.input, members);
};

/** @throws {ControlError} when a name is not one of a condition key */
export const assumedFor = ({ conditions = [] }: Question): Context => {
  const assumed: Record<string, Context[string]> = {};
  for (const { name, values } of conditions) {
    if (!/^[a-z0-9-]+:./i.test(name)) {
      throw new ControlError(`${name} is not a condition key, which is named service:key`);
    }
    assumed[name] = values.length === 1 ? values[0] : values;
  }
  return assumed;
};

/**
 * The caller, as if through an AWS service.
 *
 * @param via `s3`, `s3.amazonaws.com` or `s3.us-east-1.amazonaws.com`
 * @throws {ControlError} when no service is named so
 */
export const callerVia = (caller: Caller, via: string | undefined, region: string): Caller => {
  if (via === undefined) return caller;
  const name = via.replace(/\.amazonaws\.com$/, '').replace(`.${region}`, '');
  if (!/^[a-z0-9-]+$/.test(name)) throw new ControlError(`${via} is no service of ${region}; one is named like s3`);
  return callerOfService({ service: `${name}.amazonaws.com`, caller });
};
