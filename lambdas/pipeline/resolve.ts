import { aliasArn, type KeyIdentifier, keyArn, parseKeyIdentifier } from '../../core/model/arn.ts';
import { parseBlob } from '../../core/model/ciphertext-blob.ts';
import { KmsError } from '../../core/model/errors.ts';
import { stateAt } from '../../core/model/key-record.ts';
import type { Readers } from '../../stores/ports.ts';
import type { KeyTarget } from '../operation.ts';
import { type Call, callerOf, type FoundKey } from './call.ts';
import { ignoresCiphertext } from './dry-run.ts';
import { foreignResource } from './refusals.ts';

/** Finds the keys that the request names. https://docs.aws.amazon.com/kms/latest/developerguide/find-cmk-id-arn.html */
export const resolve = (region: string, stores: Partial<Readers>) => ({
  before: async ({ event: call }: { event: Call }) => {
    for (const [name, target] of Object.entries(call.operation.keys)) {
      call.keys[name] = await find(call, target, region, stores);
    }
  },
});

const find = async (call: Call, target: KeyTarget, region: string, stores: Partial<Readers>) => {
  const named = call.input[target.from];
  if (typeof named === 'string') return findNamed(call, target, named, region, stores);
  const ciphertext = target.orIn === undefined ? undefined : call.input[target.orIn];
  if (!Buffer.isBuffer(ciphertext) || ignoresCiphertext(call.input)) return undefined;
  return findByCiphertext(call, target, ciphertext, region, stores);
};

const findNamed = async (call: Call, target: KeyTarget, named: string, region: string, stores: Partial<Readers>) => {
  const identifier = identify(target, named, region);
  const { accountId: callersAccount } = callerOf(call);
  const accountId = identifier.place?.accountId ?? callersAccount;
  const notFound = (message: string): KmsError =>
    accountId === callersAccount
      ? new KmsError('NotFoundException', message)
      : foreignResource(call, target, 'request');

  const alias = identifier.kind === 'alias' ? await stores.aliases?.get(accountId, identifier.AliasName) : undefined;
  const aliasNotFound = () =>
    notFound(`Alias ${aliasArn({ region, accountId }, named.slice(named.lastIndexOf('alias/')))} is not found.`);
  if (identifier.kind === 'alias' && alias === undefined) throw aliasNotFound();

  const KeyId = identifier.kind === 'key' ? identifier.KeyId : (alias?.TargetKeyId ?? '');
  const found = await findById(call, KeyId, region, stores);
  if (found?.record.AccountId === accountId) return { ...found, alias, namedBy: 'request' } as const;
  throw alias ? aliasNotFound() : notFound(`Key '${keyArn({ region, accountId }, KeyId)}' does not exist`);
};

/** Reads the identifier, in the forms that the target takes. */
const identify = (target: KeyTarget, named: string, region: string): KeyIdentifier => {
  const identifier = parseKeyIdentifier(named);
  if (identifier === undefined) throw new KmsError('NotFoundException', `Invalid keyId '${named}'`);
  if (identifier.kind === 'alias' && target.byAlias === undefined) {
    throw new KmsError('InvalidArnException', 'Key Aliases are not supported for this operation.');
  }
  if (identifier.place !== undefined && identifier.place.region !== region) {
    throw new KmsError('NotFoundException', `Invalid arn ${identifier.place.region}`);
  }
  return identifier;
};

const findByCiphertext = async (
  call: Call,
  target: KeyTarget,
  ciphertext: Buffer,
  region: string,
  stores: Partial<Readers>,
) => {
  const blob = parseBlob(ciphertext);
  if (blob === undefined) throw new KmsError('InvalidCiphertextException');
  const found = await findById(call, blob.KeyId, region, stores);
  if (found === undefined) throw foreignResource(call, target, 'ciphertext');
  return { ...found, namedBy: 'ciphertext' } as const;
};

/** The key by its id, unless the clock says that it is gone. */
const findById = async ({ now }: Call, KeyId: string, region: string, stores: Partial<Readers>) => {
  const record = await stores.keys?.get(KeyId);
  const state = record && stateAt(record, now);
  if (record === undefined || state === undefined) return undefined;
  return { record, state, Arn: keyArn({ region, accountId: record.AccountId }, KeyId) } satisfies Partial<FoundKey>;
};
