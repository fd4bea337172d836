import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KeyUsage, keyUsages } from '../../core/model/key-specs.ts';
import type { KeyTarget } from '../../lambdas/operation.ts';
import { creationFor, everyOperation, freshAlias, validRequest } from '../requests.ts';
import { accountId, newService, otherAccountId, type Service, userOf } from '../service.ts';

/** A key that lives on, for requests that are to fail on another's. */
interface MadeKey {
  readonly KeyId: string;
  readonly Arn: string;
}

let kms: Service;
let ofPartner: MadeKey;
const byUsage = new Map<string, MadeKey>();
beforeAll(async () => {
  kms = await newService();
  for (const usage of keyUsages) {
    byUsage.set(usage, await kms.newKey(creationFor(usage)));
  }
  byUsage.set('RSA', await kms.newKey(creationFor('ENCRYPT_DECRYPT', 'RSA_2048')));
  byUsage.set('P-384', await kms.newKey(creationFor('SIGN_VERIFY', 'ECC_NIST_P384')));
  byUsage.set('HMAC_384', await kms.newKey(creationFor('GENERATE_VERIFY_MAC', 'HMAC_384')));
  kms.as(userOf(otherAccountId, 'partner'));
  ofPartner = await kms.newKey();
  await kms.call('CreateAlias', { AliasName: 'alias/partner', TargetKeyId: ofPartner.KeyId });
});
afterAll(() => kms.close());
beforeEach(() => kms.as(userOf(accountId, 'admin')));
afterEach(() => expect(kms.logged).toEqual([]));

const made = (name: string): MadeKey => {
  const key = byUsage.get(name);
  if (key === undefined) throw new Error(`no key for ${name}`);
  return key;
};

const unknownId = '12345678-1234-1234-1234-123456789012';
const arnPrefix = `arn:aws:kms:us-east-1:${accountId}`;

const targets = everyOperation.flatMap(([name, operation]) =>
  Object.entries(operation.keys).map(([targetName, target]) => ({ name, operation, targetName, target })),
);
/** Members that take a key id; alias names have rules of their own, and a related key is named by its own key's id. */
const byId = targets.filter(({ target }) => target.byAlias !== 'only' && target.region === undefined);
const title = '$name, $target.from:';

/** Under the algorithm of symmetric keys the ciphertext itself names a key, and is judged before usage and algorithm. */
const oaep = 'RSAES_OAEP_SHA_256';
const namingNoKey = ({ orIn, algorithm }: KeyTarget) => (orIn === undefined ? {} : { [String(algorithm)]: oaep });

describe.each(byId)(`${title}`, ({ name, operation, targetName, target }) => {
  const request = async () => {
    const { parameters, keys } = await validRequest(kms, operation);
    const key = keys[targetName] as MadeKey; // one for each target
    const call = (named: string, change = {}) => kms.call(name, { ...parameters, ...change, [target.from]: named });
    return { key, call };
  };
  let once: ReturnType<typeof request> | undefined;
  /** One request for all calls that are refused, which leave its keys as they are. */
  const untouched = () => (once ??= request());

  it('takes a key id', async () => {
    const { key, call } = await request();
    expect(await call(key.KeyId)).toMatchObject({ status: 200 });
  });

  it('takes a key ARN', async () => {
    const { key, call } = await request();
    expect(await call(key.Arn)).toMatchObject({ status: 200 });
  });

  it.each([
    ['alias name', ''],
    ['alias ARN', `${arnPrefix}:`],
  ])(target.byAlias === 'too' ? 'takes an %s' : 'takes no %s', async (_, prefix) => {
    const { key, call } = await request();
    const AliasName = freshAlias();
    await kms.call('CreateAlias', { AliasName, TargetKeyId: key.KeyId });
    const answer = await call(prefix + AliasName);
    if (target.byAlias === 'too') expect(answer).toMatchObject({ status: 200 });
    else if (target.from === 'TargetKeyId') {
      const message = 'Aliases must refer to keys. Not aliases';
      expect(answer).toMatchObject({ status: 400, __type: 'ValidationException', message });
    } else {
      const message = 'Key Aliases are not supported for this operation.';
      expect(answer).toMatchObject({ status: 400, __type: 'InvalidArnException', message });
    }
  });

  const unknownAliases = [
    ['alias name', 'alias/nowhere'],
    ['alias ARN', `${arnPrefix}:alias/nowhere`],
  ] as const;
  it.each(target.byAlias === 'too' ? unknownAliases : [])('does not find an unknown %s', async (_, named) => {
    const message = `Alias ${arnPrefix}:alias/nowhere is not found.`;
    const { call } = await untouched();
    expect(await call(named)).toMatchObject({ status: 400, __type: 'NotFoundException', message });
  });

  it.each([unknownId, `${arnPrefix}:key/${unknownId}`])('does not find the unknown key %s', async (named) => {
    const message = `Key '${arnPrefix}:key/${unknownId}' does not exist`;
    const { call } = await untouched();
    expect(await call(named)).toMatchObject({ status: 400, __type: 'NotFoundException', message });
  });

  it('does not find a key past its deletion date', async () => {
    const { key, call } = await request();
    const record = await kms.stores.keys.get(key.KeyId);
    if (record) await kms.stores.keys.update(record, { KeyState: 'PendingDeletion', DeletionDate: kms.now() });
    const message = `Key '${key.Arn}' does not exist`;
    expect(await call(key.KeyId)).toMatchObject({ status: 400, __type: 'NotFoundException', message });
  });

  it.each([
    'fake-key-id',
    unknownId.replaceAll('-', ''),
    unknownId.slice(0, -1),
    `${unknownId}0`,
    'mrk-1234',
    `mrk-${'g'.repeat(32)}`,
    ` ${unknownId}`,
    `${unknownId}\n`,
    `${arnPrefix}:${unknownId}`,
    'arn:aws:kms:us-east-1:12345:key/1',
    `arn:aws:s3:us-east-1:${accountId}:key/${unknownId}`,
    `arn:aws-cn:kms:us-east-1:${accountId}:key/${unknownId}`,
  ])('refuses the malformed id %j', async (named) => {
    const { call } = await untouched();
    const refused = { status: 400, __type: 'NotFoundException', message: `Invalid keyId '${named}'` };
    expect(await call(named)).toMatchObject(refused);
  });

  it('tells of a key ARN only the malformed id in it', async () => {
    const { call } = await untouched();
    const refused = { status: 400, __type: 'NotFoundException', message: 'Invalid keyId fake-key-id' };
    expect(await call(`${arnPrefix}:key/fake-key-id`)).toMatchObject(refused);
  });

  it('finds no key by its id in capitals, which has the form of one', async () => {
    const { key, call } = await untouched();
    const capitals = key.KeyId.startsWith('mrk-') ? 'ABCDEF00-1234-1234-1234-123456789012' : key.KeyId.toUpperCase();
    const message = `Key '${arnPrefix}:key/${capitals}' does not exist`;
    expect(await call(capitals)).toMatchObject({ status: 400, __type: 'NotFoundException', message });
  });

  it('refuses a key ARN of another Region, and names the Region', async () => {
    const { key, call } = await untouched();
    const refused = { status: 400, __type: 'NotFoundException', message: 'Invalid arn us-west-2' };
    expect(await call(key.Arn.replace('us-east-1', 'us-west-2'))).toMatchObject(refused);
  });

  it('tells nobody whether another account has the key', async () => {
    const { call } = await untouched();
    const action = `kms:${target.permission ?? name}`;
    const message = `User: arn:aws:iam::${accountId}:user/admin is not authorized to perform: ${action} on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`;
    const refused = { status: 400, __type: 'AccessDeniedException', message };
    const foreign = `arn:aws:kms:us-east-1:${otherAccountId}`;
    expect(await call(ofPartner.Arn)).toMatchObject(refused);
    expect(await call(`${foreign}:key/${unknownId}`)).toMatchObject(refused);
    if (target.byAlias !== 'too') return;
    expect(await call(`${foreign}:alias/partner`)).toMatchObject(refused);
    expect(await call(`${foreign}:alias/nowhere`)).toMatchObject(refused);
  });

  it('does not find the bare id of a key of another account', async () => {
    const { call } = await untouched();
    const message = `Key '${arnPrefix}:key/${ofPartner.KeyId}' does not exist`;
    expect(await call(ofPartner.KeyId)).toMatchObject({ status: 400, __type: 'NotFoundException', message });
  });

  const wrongUsages = keyUsages.filter((usage) => target.usage !== undefined && usage !== target.usage);
  it.each(wrongUsages)('refuses a key for %s', async (usage) => {
    const { call } = await untouched();
    const { KeyId, Arn } = made(usage);
    const message = `${Arn} key usage is ${usage} which is not valid for ${name}.`;
    const refused = { status: 400, __type: 'InvalidKeyUsageException', message };
    expect(await call(KeyId, namingNoKey(target))).toMatchObject(refused);
  });

  // Agreement and encapsulation have one algorithm each, which no key for them lacks.
  const hasOne = target.usage === 'KEY_AGREEMENT' || target.usage === 'ENCAPSULATE_DECAPSULATE';
  it.each(target.algorithm === undefined || hasOne ? [] : [target.usage])(
    'refuses a key for %s whose spec lacks the algorithm',
    async (usage) => {
      const other = { ENCRYPT_DECRYPT: 'RSA', SIGN_VERIFY: 'P-384', GENERATE_VERIFY_MAC: 'HMAC_384' };
      const specs = { RSA: 'RSA_2048', 'P-384': 'ECC_NIST_P384', HMAC_384: 'HMAC_384' };
      const quickest = { RSA: 'SYMMETRIC_DEFAULT', 'P-384': 'ECDSA_SHA_256', HMAC_384: 'HMAC_SHA_256' };
      const which = other[usage as keyof typeof other] as keyof typeof specs; // the usages that have algorithms
      const { call } = await untouched();
      const __type = 'InvalidKeyUsageException';
      if (target.orIn !== undefined) {
        const message = `Algorithm ${oaep} is incompatible with key spec SYMMETRIC_DEFAULT.`;
        expect(await call(made('ENCRYPT_DECRYPT').KeyId, namingNoKey(target))).toMatchObject({ __type, message });
        return;
      }
      const asAws = typeof target.algorithm === 'object' ? target.algorithm.orSay : undefined;
      const message = asAws ?? `Algorithm ${quickest[which]} is incompatible with key spec ${specs[which]}.`;
      expect(await call(made(which).KeyId)).toMatchObject({ status: 400, __type, message });
    },
  );

  const otherTypes: readonly KeyUsage[] =
    target.type === 'asymmetric' ? ['ENCRYPT_DECRYPT', 'GENERATE_VERIFY_MAC'] : [];
  it.each(otherTypes)('does not work on a key that is not asymmetric (%s)', async (usage) => {
    const { call } = await untouched();
    const refused = { status: 400, __type: 'UnsupportedOperationException' };
    expect(await call(made(usage).KeyId)).toMatchObject(refused);
  });
});
