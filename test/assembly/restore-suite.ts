import { expect, it } from 'vitest';
import { signedCalls } from '../e2e/signed-calls.ts';
import { deploy } from './assembly.ts';
import { copyTables, secretNamed } from './moved-tables.ts';
import { admin, type World } from './world.ts';

const root = 'serverless-kms/root-1';

/** What docs/deploy.md says of backups: the rows of the tables and the root secret are all there is to keep. */
export const restoreSuite = (world: () => World): void => {
  const restored = async (withRoot: boolean, CiphertextBlob: string) => {
    const [stack] = world().synthesised.stacks;
    const assembly = await deploy({ ...world().synthesised, stacks: stack ? [stack] : [] }, [admin]);
    const [home] = assembly.stacks;
    const calls = await signedCalls(home?.api.endpoint ?? '', admin);
    try {
      await copyTables(world(), assembly);
      if (withRoot) {
        const value = secretNamed(world(), root).versions.get('made') ?? {};
        secretNamed(assembly, root).versions.set('restored', value);
      }
      const body = JSON.stringify({ CiphertextBlob });
      return await calls.send({ path: '/prod/Decrypt', service: 'execute-api', body });
    } finally {
      calls.close();
      await assembly.stop();
    }
  };

  it('opens what was encrypted before in an installation restored from tables and root secret, and not without the latter', async () => {
    const call = world().as(admin);
    const { KeyId } = (await call('CreateKey')).members.KeyMetadata;
    const { CiphertextBlob } = (await call('Encrypt', { KeyId, Plaintext: 'AAAA' })).members;
    expect(await restored(true, CiphertextBlob)).toMatchObject({ status: 200, members: { Plaintext: 'AAAA' } });
    expect(await restored(false, CiphertextBlob)).toMatchObject({ status: 500 });
  });
};
