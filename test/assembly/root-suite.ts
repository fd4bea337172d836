import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { wrappedRootVersion } from '../../core/crypto/key-wrap.ts';
import { signedCalls } from '../e2e/signed-calls.ts';
import { type Assembly, deploy, type RunningStack } from './assembly.ts';
import { fire } from './events.ts';
import { unusedRights } from './iam.ts';
import { copyTables, secretNamed, tablesOf } from './moved-tables.ts';
import { synthesise } from './synthesised.ts';
import { admin, type Call, homeRegion, type World } from './world.ts';

/** The root key, rotated and elsewhere: docs/deploy.md. */
export const rootSuite = (world: () => World): void => {
  /** The stack of one Region with these switches, deployed anew, and what the admin calls there. */
  const inStack = async (
    context: Readonly<Record<string, string>>,
    act: (assembly: Assembly, stack: RunningStack, call: Call) => Promise<void>,
  ) => {
    const synthesised = await synthesise(context, homeRegion);
    const assembly = await deploy(synthesised, [admin]);
    const [stack] = assembly.stacks;
    if (stack === undefined) throw new Error('there is to be a stack');
    const calls = await signedCalls(stack.api.endpoint, admin);
    const call: Call = (operation, members = {}) =>
      calls.send({ path: `/prod/${operation}`, service: 'execute-api', body: JSON.stringify(members) });
    try {
      await act(assembly, stack, call);
      expect(assembly.aws.refused).toEqual([]);
    } finally {
      calls.close();
      await assembly.stop();
      await synthesised.remove();
    }
  };
  const encrypt = async (call: Call, KeyId?: string) => {
    const id = KeyId ?? (await call('CreateKey')).members.KeyMetadata.KeyId;
    return (await call('Encrypt', { KeyId: id, Plaintext: 'AAAA' })).members.CiphertextBlob;
  };
  const rootsIn = async (assembly: Assembly) => {
    const { Items = [] } = await tablesOf(assembly).send(new ScanCommand({ TableName: 'serverless-kms-keys' }));
    const kept = new Set(Items.filter(({ item }) => item === 'key').map(({ KeyId }) => KeyId));
    const wrapped = Items.flatMap((item) => (item.wrapped && kept.has(item.KeyId) ? [item.wrapped as Uint8Array] : []));
    return [...new Set(wrapped.map(wrappedRootVersion))].toSorted();
  };
  const root = (version: number) => `serverless-kms/root-${version}`;

  it('has all keys under another root after -c rootVersions=2 and a pass, and needs the first no more', async () => {
    const old = await encrypt(world().as(admin));
    await inStack({ rootVersions: '2' }, async (assembly, stack, call) => {
      await copyTables(world(), assembly);
      const value = secretNamed(world(), root(1)).versions.get('made') ?? {};
      secretNamed(assembly, root(1)).versions.set('as before', value);
      const fresh = await encrypt(call);
      expect(await rootsIn(assembly)).toEqual([1, 2]);

      const rewrap = stack.functionNamed('RewrapMaterial');
      expect(await fire(assembly, stack, 'RewrapMaterial')).toBe(true);
      expect(await rootsIn(assembly)).toEqual([2]);
      expect(rewrap.log.at(-2)).toMatchObject({ MaterialUnderOtherRoots: 0, _aws: expect.anything() });
      expect(unusedRights(rewrap.session.role.rights, [...rewrap.session.asked.values()])).toEqual([
        expect.objectContaining({ action: 'sqs:SendMessage' }), // to tell that it failed
      ]);

      secretNamed(assembly, root(1)).versions.clear();
      for (const fn of stack.functions.values()) fn.endEnvironment();
      for (const CiphertextBlob of [old, fresh]) {
        expect(await call('Decrypt', { CiphertextBlob })).toMatchObject({
          status: 200,
          members: { Plaintext: 'AAAA' },
        });
      }
    });
  });

  it('encrypts and decrypts with -c rootKey=kms, where only what handles key material has MACs made', async () => {
    await inStack({ rootKey: 'kms' }, async (_, stack, call) => {
      const CiphertextBlob = await encrypt(call);
      expect(await call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200, members: { Plaintext: 'AAAA' } });
      expect((await call('ListKeys')).status).toBe(200);
      const askedOf = (name: string) => [...stack.functionNamed(name).session.asked.values()];
      const [key] = stack.ofType('AWS::KMS::Key');
      const making = { action: 'kms:GenerateMac', resource: key?.arn };
      for (const name of ['CreateKey', 'Encrypt', 'Decrypt']) expect(askedOf(name)).toContainEqual(making);
      expect(JSON.stringify(askedOf('ListKeys'))).not.toContain('kms:');
    });
  });
};
