import { aliasArn, type KeyIdentifier, keyArn, parseKeyIdentifier, tellMalformed } from '../../core/model/arn.ts';
import { parseBlob } from '../../core/model/ciphertext-blob.ts';
import { entriesOf } from '../../core/model/entries.ts';
import { KmsError } from '../../core/model/errors.ts';
import { grantNotFound } from '../../core/model/grant.ts';
import { readGrantToken } from '../../core/model/grant-token.ts';
import { isMultiRegionId } from '../../core/model/key-id.ts';
import { stateAt } from '../../core/model/key-record.ts';
import { otherRegions } from '../../core/model/related-keys.ts';
import type { Readers } from '../../stores/ports.ts';
import type { KeyTarget } from '../operation.ts';
import { type Call, callerOf, type FoundKey } from './call.ts';
import { namingCiphertext } from './check-key.ts';
import { ignoresCiphertext } from './dry-run.ts';
import type { MakeManagedKey, Runtime } from './ports.ts';
import { badGrantToken, foreignResource, incorrectKey } from './refusals.ts';

/** Finds the keys that the request names. https://docs.aws.amazon.com/kms/latest/developerguide/find-cmk-id-arn.html */
export const resolve = (runtime: Runtime, stores: Partial<Readers>, makeManagedKey?: MakeManagedKey) => {
  const world: World = { region: runtime.region, stores, makeManagedKey };
  return async (call: Call): Promise<void> => {
    for (const [name, target] of entriesOf(call.operation.keys)) {
      const found = await find(call, target, world);
      call.keys[name] = target.region && found ? await findRelated(call, target.region, found, runtime) : found;
    }
  };
};

interface World {
  readonly region: string;
  readonly stores: Partial<Readers>;
  readonly makeManagedKey: MakeManagedKey | undefined;
}

/** The key related to this one in the Region that a member names: a Region nobody replicated it to is not looked into. */
const findRelated = async (call: Call, member: string, { record, namedBy }: FoundKey, runtime: Runtime) => {
  const region = otherRegions(record, runtime.region, call.now).find((other) => other === call.input[member]);
  if (region === undefined) return undefined;
  const related = await findById(call, record.KeyId, { region, stores: await runtime.inRegion(region) });
  return related && { ...related, namedBy };
};

const find = (call: Call, target: KeyTarget, world: World): Promise<FoundKey | undefined> | undefined => {
  const named = call.input[target.from];
  if (target.byGrant) return findWithGrant(call, target, target.byGrant, world);
  if (typeof named === 'string') return findNamed(call, target, named, world);
  const ciphertext = target.orIn === undefined ? undefined : call.input[target.orIn];
  if (!Buffer.isBuffer(ciphertext) || ignoresCiphertext(call.input)) return undefined;
  return findByCiphertext(call, target, ciphertext, world);
};

const findNamed = async (call: Call, target: KeyTarget, named: string, world: World) => {
  const { region } = world;
  const identifier = identify(call, target, named, region);
  const { accountId: callersAccount } = callerOf(call);
  const accountId = identifier.place?.accountId ?? callersAccount;
  const notFound = (message: string): KmsError =>
    accountId === callersAccount
      ? new KmsError('NotFoundException', message)
      : foreignResource(call, target, 'request', `account ${accountId} has no such ${identifier.kind} in ${region}`);

  if (identifier.kind === 'alias') {
    const { AliasName } = identifier;
    const isOwn = accountId === callersAccount;
    const found =
      (await findByAlias(call, accountId, AliasName, world)) ??
      (isOwn && (await world.makeManagedKey?.(accountId, AliasName, call.now))
        ? await findByAlias(call, accountId, AliasName, world)
        : undefined);
    if (found) return found;
    throw notFound(`Alias ${aliasArn({ region, accountId }, named.slice(named.lastIndexOf('alias/')))} is not found.`);
  }
  const found = await findById(call, identifier.KeyId, world);
  if (found?.record.AccountId === accountId) return { ...found, namedBy: 'request' } as const;
  throw notFound(`Key '${keyArn({ region, accountId }, identifier.KeyId)}' does not exist`);
};

const findByAlias = async (call: Call, accountId: string, AliasName: string, world: World) => {
  const alias = await world.stores.aliases?.get(accountId, AliasName);
  const found = alias && (await findById(call, alias.TargetKeyId, world));
  return found?.record.AccountId === accountId ? ({ ...found, alias, namedBy: 'request' } as const) : undefined;
};

/** Reads the identifier, in the forms that the target takes. */
const identify = (call: Call, target: KeyTarget, named: string, region: string): KeyIdentifier => {
  const identifier = parseKeyIdentifier(named);
  if (identifier === undefined) throw new KmsError('NotFoundException', `Invalid keyId ${tellMalformed(named)}`);
  if (identifier.kind === 'alias' && target.byAlias === undefined) {
    throw new KmsError('InvalidArnException', 'Key Aliases are not supported for this operation.');
  }
  if (identifier.place !== undefined && identifier.place.region !== region) {
    throw madeElsewhere(call, target, identifier)
      ? incorrectKey()
      : new KmsError('NotFoundException', `Invalid arn ${identifier.place.region}`);
  }
  return identifier;
};

/**
 * Whether the key of another Region made the ciphertext, while one related to it may be here: AWS does not miss the key
 * then, but calls it the wrong one. Nothing is looked up for it, so that nobody learns of a replica.
 */
const madeElsewhere = (call: Call, target: KeyTarget, identifier: KeyIdentifier): boolean => {
  const ciphertext = namingCiphertext(call, target);
  if (identifier.kind !== 'key' || !isMultiRegionId(identifier.KeyId) || ciphertext === undefined) return false;
  return parseBlob(ciphertext)?.KeyId === identifier.KeyId;
};

const findByCiphertext = async (call: Call, target: KeyTarget, ciphertext: Buffer, world: World) => {
  const blob = parseBlob(ciphertext);
  if (blob === undefined) throw new KmsError('InvalidCiphertextException');
  const found = await findById(call, blob.KeyId, world);
  if (found === undefined) {
    throw foreignResource(call, target, 'ciphertext', `no key in ${world.region} made this ciphertext`);
  }
  return { ...found, namedBy: 'ciphertext' } as const;
};

/** A key with the grant on it: the token names both, and whatever else is sent must name the same. */
const findWithGrant = async (
  call: Call,
  target: KeyTarget,
  { id, token }: NonNullable<KeyTarget['byGrant']>,
  world: World,
) => {
  const { grants } = world.stores;
  const { [target.from]: KeyId, [id]: GrantId, [token]: GrantToken } = call.input;
  if (GrantToken === undefined) {
    const key = await findNamed(call, target, String(KeyId), world);
    const grant = await grants?.get(key.record.KeyId, String(GrantId));
    if (grant) return { ...key, grant };
    const foreign = key.record.AccountId !== callerOf(call).accountId;
    throw foreign
      ? foreignResource(call, target, 'request', `there is no such grant on ${key.Arn}`)
      : grantNotFound(String(GrantId));
  }
  const named = readGrantToken(String(GrantToken));
  const key = named && (await findById(call, named.KeyId, world));
  const grant = named && key && (await grants?.get(named.KeyId, named.GrantId));
  if (!grant || (GrantId ?? grant.GrantId) !== grant.GrantId) throw badGrantToken();
  if (![undefined, grant.KeyId, key.Arn].some((same) => same === KeyId)) throw badGrantToken();
  return { ...key, grant, namedBy: 'request' } as const;
};

/** The key by its id, unless the clock says that it is gone. */
const findById = async ({ now }: Call, KeyId: string, { region, stores }: Pick<World, 'region' | 'stores'>) => {
  const record = await stores.keys?.get(KeyId);
  const state = record && stateAt(record, now);
  if (record === undefined || state === undefined) return undefined;
  return { record, state, Arn: keyArn({ region, accountId: record.AccountId }, KeyId) } satisfies Partial<FoundKey>;
};
