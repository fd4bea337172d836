import { aliasArn } from '../../core/model/arn.ts';
import { entriesOf } from '../../core/model/entries.ts';
import { type Call, callerOf } from './call.ts';

/** A key, or an alias, which CloudTrail calls a key too, as a record names what it is about. */
export const resourceOf = (accountId: string, ARN: string) => ({ accountId, type: 'AWS::KMS::Key', ARN });

export type Resource = ReturnType<typeof resourceOf>;

/**
 * What a call is about, in the order of the targets, each key once: an alias stands before the key that was found by it,
 * and one that is new after its key. Keys that were not found, those in other Regions, and those that are only looked up
 * are not there.
 */
export const resourcesOf = (call: Call, region: string): readonly Resource[] => {
  const { operation, keys, input, output } = call;
  const made = operation.audit.makes && (output?.[operation.audit.makes] as MadeKey | undefined); // as it declares
  if (made) return [resourceOf(made.AWSAccountId, made.Arn)];
  const found: Resource[] = [];
  let isFoundByAlias = false;
  for (const [name, { region: other, permission, byAlias }] of entriesOf(operation.keys)) {
    if (other !== undefined || permission === null) continue;
    isFoundByAlias ||= byAlias === 'only';
    const key = keys[name];
    if (key) found.push(resourceOf(key.record.AccountId, key.Arn));
  }
  const alias = operation.permissions.alias && input[operation.permissions.alias];
  if (found.length === 0 || alias === undefined) return withoutRepeats(found);
  const named = aliasResource(call, region, String(alias));
  return withoutRepeats(isFoundByAlias ? [named, ...found] : [...found, named]);
};

interface MadeKey {
  readonly AWSAccountId: string;
  readonly Arn: string;
}

const aliasResource = (call: Call, region: string, AliasName: string) => {
  const { accountId } = callerOf(call);
  return resourceOf(accountId, aliasArn({ region, accountId }, AliasName));
};

const withoutRepeats = (resources: readonly Resource[]) =>
  resources.length < 2 ? resources : [...new Map(resources.map((resource) => [resource.ARN, resource])).values()];
