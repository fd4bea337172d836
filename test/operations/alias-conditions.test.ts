import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountId, allowed, newService, type Service, userOf } from '../service.ts';

const Plaintext = Buffer.from('text');
const everything = allowed({ Effect: 'Allow', Action: 'kms:*', Resource: '*' });
const encryptIf = (Condition: object) => allowed({ Effect: 'Allow', Action: 'kms:Encrypt', Resource: '*', Condition });
const ifAnyAlias = (pattern: string) => encryptIf({ 'ForAnyValue:StringLike': { 'kms:ResourceAliases': pattern } });
const denied = { __type: 'AccessDeniedException' };

describe('policies on aliases', () => {
  let base: Service;
  let kms: Service;
  let aliasesRead = 0;
  let KeyId: string;
  let Arn: string;
  beforeAll(async () => {
    base = await newService();
    kms = await newService({
      storesFor: (uses) => {
        const stores = base.runtime.storesFor(uses);
        const { aliases } = stores;
        if (aliases === undefined) return stores;
        const listByKey: typeof aliases.listByKey = (...asked) => {
          aliasesRead += 1;
          return aliases.listByKey(...asked);
        };
        return { ...stores, aliases: { ...aliases, listByKey } };
      },
    });
  });
  afterAll(async () => {
    await kms.close();
    await base.close();
  });
  const asAdmin = () => {
    kms.as(userOf(accountId, 'admin'));
    kms.withStanding(everything);
  };
  let count = 0;
  const nameKey = async (name: string) => {
    count += 1;
    const AliasName = `alias/${name}-${count}`;
    await kms.call('CreateAlias', { AliasName, TargetKeyId: KeyId });
    return AliasName;
  };
  beforeEach(async () => {
    asAdmin();
    ({ KeyId, Arn } = await kms.newKey());
    aliasesRead = 0;
  });
  const encrypt = (named = KeyId) => kms.call('Encrypt', { KeyId: named, Plaintext });

  it('see all aliases of the key, however the request names it', async () => {
    await nameKey('payroll');
    const AliasName = await nameKey('other');
    kms.withStanding(ifAnyAlias('alias/payroll*'));
    for (const named of [KeyId, Arn, AliasName]) expect(await encrypt(named)).toMatchObject({ status: 200 });
    kms.withStanding(ifAnyAlias('alias/invoices*'));
    expect(await encrypt()).toMatchObject(denied);
  });

  it('see none on a key without aliases', async () => {
    kms.withStanding(ifAnyAlias('*'));
    expect(await encrypt()).toMatchObject(denied);
    kms.withStanding(encryptIf({ Null: { 'kms:ResourceAliases': 'true' } }));
    expect(await encrypt()).toMatchObject({ status: 200 });
  });

  it('are never satisfied by a key with more than 50 aliases', async () => {
    for (let i = 0; i < 50; i += 1) await nameKey('many');
    kms.withStanding(ifAnyAlias('alias/many*'));
    expect(await encrypt()).toMatchObject({ status: 200 });
    asAdmin();
    const now = new Date();
    await base.stores.aliases.create({
      AccountId: accountId,
      AliasName: 'alias/many-more',
      TargetKeyId: KeyId,
      CreationDate: now,
      LastUpdatedDate: now,
      revision: 1,
    });
    kms.withStanding(ifAnyAlias('alias/many*'));
    expect(await encrypt()).toMatchObject(denied);
  });

  it('are identity policies: in a key policy the condition key is absent', async () => {
    await nameKey('payroll');
    const Condition = { 'ForAnyValue:StringLike': { 'kms:ResourceAliases': 'alias/payroll*' } };
    const statement = { Effect: 'Deny', Principal: '*', Action: 'kms:Encrypt', Resource: '*', Condition };
    const { Policy } = await kms.call('GetKeyPolicy', { KeyId });
    const policy = JSON.parse(Policy);
    policy.Statement.push(statement);
    expect(await kms.call('PutKeyPolicy', { KeyId, Policy: JSON.stringify(policy) })).toMatchObject({ status: 200 });
    kms.withStanding(ifAnyAlias('alias/payroll*'));
    expect(await encrypt()).toMatchObject({ status: 200 });
  });

  it('cost a read of the aliases only where a policy asks for them', async () => {
    expect(await encrypt()).toMatchObject({ status: 200 });
    expect(aliasesRead).toBe(0);
    kms.withStanding(ifAnyAlias('*'));
    await encrypt();
    expect(aliasesRead).toBe(1);
  });

  it('see the alias by which the request names the key, as a name also where an alias ARN was sent', async () => {
    const AliasName = await nameKey('payroll');
    kms.withStanding(encryptIf({ StringEquals: { 'kms:RequestAlias': AliasName } }));
    expect(await encrypt(AliasName)).toMatchObject({ status: 200 });
    expect(await encrypt(Arn.replace(/key\/.*/, AliasName))).toMatchObject({ status: 200 });
    expect(await encrypt(KeyId)).toMatchObject(denied);
    expect(await encrypt(Arn)).toMatchObject(denied);
  });
});
