import { afterEach, beforeEach, expect, it } from 'vitest';
import { newService, type Service } from '../../service.ts';
import { pass } from './passes.ts';

let kms: Service;
beforeEach(async () => {
  kms = await newService();
});
afterEach(() => kms.close());

const GranteePrincipal = 'arn:aws:iam::111122223333:user/alice';

/** What a crash can leave behind of a key that was being made, rotated or deleted. */
const leaveOrphans = async () => {
  const gone = await kms.newKey();
  await kms.call('CreateAlias', { AliasName: 'alias/orphan', TargetKeyId: gone.KeyId });
  await kms.call('CreateGrant', { KeyId: gone.KeyId, GranteePrincipal, Operations: ['Decrypt'] });
  const record = (await kms.stores.keys.get(gone.KeyId)) ?? expect.fail('no key');
  const kept = await kms.newKey();
  const material = { KeyId: kept.KeyId, KeyMaterialId: 'f'.repeat(64), wrapped: new Uint8Array([1]) };
  await kms.stores.keys.addMaterial(material);
  await kms.stores.keys.remove(record); // its material, alias and grant stay
  return { gone: gone.KeyId, kept: kept.KeyId, material };
};

it('deletes what belongs to no key, and nothing else', async () => {
  const { kept, gone } = await leaveOrphans();
  await kms.call('CreateAlias', { AliasName: 'alias/kept', TargetKeyId: kept });
  await kms.call('CreateGrant', { KeyId: kept, GranteePrincipal, Operations: ['Decrypt'] });
  expect(await pass(kms, 'SweepOrphans')).toMatchObject({ failed: 0 });
  const { items } = await kms.stores.keys.scan({ limit: 100 });
  expect(items.filter(({ KeyId }) => KeyId === gone)).toHaveLength(1);
  expect(items.filter(({ KeyId }) => KeyId === kept)).toHaveLength(2);
  expect((await kms.stores.aliases.scan({ limit: 10 })).items).toMatchObject([{ AliasName: 'alias/kept' }]);
  expect((await kms.stores.grants.scan({ limit: 10 })).items).toMatchObject([{ KeyId: kept }]);
  expect(await kms.call('Encrypt', { KeyId: kept, Plaintext: Buffer.from('p') })).toMatchObject({ status: 200 });
});

it('spares what a call under way points to in the end', async () => {
  const { kept, material } = await leaveOrphans();
  const { runSchedule } = await import('../../../lambdas/run-schedule.ts');
  const { sweepOrphans } = await import('../../../lambdas/schedules/sweep-orphans.ts');
  await runSchedule(
    sweepOrphans,
    kms.runtime,
  )({
    wait: async () => {
      const record = (await kms.stores.keys.get(kept)) ?? expect.fail('no key');
      const version = { KeyMaterialId: material.KeyMaterialId, KeyMaterialState: 'CURRENT' } as const;
      await kms.stores.keys.update(record, { materials: [...record.materials, version] });
    },
  });
  expect(await kms.stores.keys.material(kept, material.KeyMaterialId)).toEqual(material);
});
