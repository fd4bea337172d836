import { aliasArn } from '../../core/model/arn.ts';
import { entriesOf } from '../../core/model/entries.ts';
import { KmsError } from '../../core/model/errors.ts';
import type { Context } from '../../core/policy/context.ts';
import { evaluate } from '../../core/policy/evaluate.ts';
import { explain } from '../../core/policy/explain.ts';
import type { GrantTerms } from '../../core/policy/grants.ts';
import { conditionKeysIn } from '../../core/policy/policy.ts';
import { accessDeniedText } from '../../core/policy/refusal.ts';
import type { AccessRequest, Decision, Policies, Resource } from '../../core/policy/request.ts';
import type { Readers } from '../../stores/ports.ts';
import type { KeyTarget, Permissions } from '../operation.ts';
import { aliasContext } from './alias-context.ts';
import { type Call, callerOf, type FoundKey } from './call.ts';
import { checkPrincipals } from './check-principals.ts';
import { grantsFor, refuseBadTokens } from './grants-for.ts';
import { idleContext } from './idle-days.ts';
import { checkNewPolicy } from './new-policy.ts';
import { assuming, contextOf, keyContext, replicaContext, requestContext } from './policy-context.ts';
import type { Runtime, Standing } from './ports.ts';
import { foreignResource, permissionOf } from './refusals.ts';

/**
 * Whether the caller may: for each key that is named, for the alias, or for the operation as such.
 * The reason of every decision goes on record; the caller is told what AWS tells.
 */
export const authorize =
  (runtime: Runtime, stores: Partial<Readers>) =>
  async (call: Call): Promise<void> => {
    const { operation, input } = call;
    const caller = callerOf(call);
    const standing = caller.type === 'AWSService' ? ofNoAccount : runtime.standingOf(caller);
    const elsewhere = replicaRegionOf(call);
    const own = onDemand(() => requestContext(call, standing, runtime.region));
    const ownThere = () => (elsewhere ? { ...own(), ...replicaContext(elsewhere.record, elsewhere.region) } : own());
    call.reasons = [];
    const always: Policies = { ...standing, endpoint: call.request.vpc && runtime.endpointPolicy?.() };
    const asksForAliases = asksFor('kms:resourcealiases', always);

    const decide = async (action: string, resource: Resource, found?: { target: KeyTarget; key: FoundKey }) => {
      const aliases = asksForAliases && found && (await aliasContext(found.key, stores));
      const idle = found?.target.idleDays && (await idleContext(call, found.key, stores));
      const request: AccessRequest = {
        principal: caller,
        action: `kms:${action}`,
        resource,
        // No getter: V8 would keep a hidden class, and with it the whole call, for each object that has one of its own.
        context: onDemand(() =>
          assuming(
            found ? { ...own(), ...keyContext(call, found.target, found.key), ...aliases, ...idle } : ownThere(),
            call.assumed,
          ),
        ),
        encryptionContext: found && contextOf(call, found.target),
        newGrant: newGrantOf(input),
        retires: found?.key.grant,
      };
      let policies: Policies = { ...always, key: found && runtime.keyPolicyOf(found.key.record) };
      let decision = found && isOffLimits(found) ? noAllowance : evaluate(request, policies);
      // Grants are looked at only when policies do not suffice: most calls never read them.
      const byGrants = decision !== noAllowance && !request.retires;
      if (!decision.allowed && !decision.explicit && byGrants && found && stores.grants) {
        policies = { ...policies, grants: await grantsFor(call, found.key, stores, runtime.grantDelaySeconds) };
        decision = evaluate(request, policies);
      }
      const [reason, ...details] =
        decision === noAllowance ? offLimits(operation) : explain(request, policies, decision);
      call.reasons?.push(reason, ...details);
      if (!decision.allowed) {
        call.refusal = { reason, action: request.action, resource: resource.kind === 'none' ? '*' : resource.arn };
        throw new KmsError('AccessDeniedException', accessDeniedText(request, decision, found?.key.namedBy));
      }
    };

    if (input.GrantTokens !== undefined) await refuseBadTokens(input.GrantTokens, stores);
    refuseForeignKeys(call);
    const targets = entriesOf(operation.keys);
    if (operation.permissions.alias !== undefined) {
      const place = { region: runtime.region, accountId: caller.accountId };
      await decide(operation.name, { kind: 'alias', arn: aliasArn(place, String(input[operation.permissions.alias])) });
    }
    if (targets.every(([, { permission }]) => permission === null)) await decide(operation.name, { kind: 'none' });
    for (const [permission, member] of entriesOf(operation.permissions.whenSent ?? none)) {
      if (member !== undefined && input[member] !== undefined) await decide(permission, { kind: 'none' });
    }
    for (const [name, target] of targets) {
      const key = call.keys[name];
      if (key && target.permission !== null) await decide(permissionOf(call, target), resourceOf(key), { target, key });
    }
    checkPrincipals(call, runtime);
    checkNewPolicy(call, ownThere, { ...runtime, region: elsewhere?.region ?? runtime.region });
  };

const none: NonNullable<Permissions['whenSent']> = {};

/** Made when it is first asked for: most policies ask for no condition key. */
const onDemand = (make: () => Context) => {
  let made: Context | undefined;
  return (): Context => {
    made ??= make();
    return made;
  };
};

/** A service that calls by itself is judged by key policies and grants alone. */
const ofNoAccount: Standing = { identity: [], tags: {} };

/** Whether any policy has a condition on a key, named in lower case. */
const asksFor = (conditionKey: string, { identity, boundary, session, endpoint }: Policies): boolean =>
  [...identity, boundary, session, endpoint].some((policy) => policy && conditionKeysIn(policy).has(conditionKey));

/** Where the call makes a replica, and of which key. */
const replicaRegionOf = ({ operation, input, keys }: Call) => {
  const region = operation.permissions.region && input[operation.permissions.region];
  return typeof region === 'string' && keys.key ? { region, record: keys.key.record } : undefined;
};

/**
 * Keys of other accounts are only for the operations that work across accounts, whatever policies say; and one that is
 * only looked up tells nothing of them.
 */
const refuseForeignKeys = (call: Call): void => {
  if (callerOf(call).type === 'AWSService') return; // all keys are foreign to it
  for (const [name, target] of entriesOf(call.operation.keys)) {
    const key = call.keys[name];
    if (key === undefined || key.record.AccountId === callerOf(call).accountId) continue;
    const works = target.permission !== null && (target.acrossAccounts ?? target.byAlias === 'too');
    if (!works) {
      const why = `${call.operation.name} works only on keys of the caller's own account, whatever policies say`;
      throw foreignResource(call, target, key.namedBy, why);
    }
  }
};

/**
 * Whether a key is AWS managed and the operation not for such keys. The answer is what AWS answers: the policies of these
 * keys, which nobody can change, do not allow it; here they cannot even be wrong about it.
 */
const isOffLimits = ({ target, key }: { target: KeyTarget; key: FoundKey }): boolean =>
  target.manager === 'CUSTOMER' && key.record.KeyManager === 'AWS';

const noAllowance: Decision = { allowed: false, explicit: false, by: 'key', foreign: false };

const offLimits = ({ name }: Call['operation']): readonly [reason: string] => [
  `refused: the key is AWS managed, and ${name} is only for keys that customers manage.`,
];

const resourceOf = ({ Arn, record }: FoundKey): Resource => ({
  kind: 'key',
  arn: Arn,
  KeyId: record.KeyId,
  accountId: record.AccountId,
});

/** What CreateGrant is to give, for callers that hold the permission by a grant themselves. */
const newGrantOf = ({ Operations, Constraints }: Call['input']): GrantTerms | undefined =>
  // the members of CreateGrant, read by their shapes
  Array.isArray(Operations) ? ({ Operations, Constraints } as GrantTerms) : undefined;
