import { wrong } from '../../lesson.ts';

/** Encrypts without a context: every tenant's data opens the same way. */
export default wrong('sealed', async (lab) => {
  for (const tenant of ['blue', 'green']) {
    const Plaintext = await lab.read(`${tenant}.txt`);
    const { CiphertextBlob = '' } = await lab.as('alice').encrypt({ KeyId: 'alias/tenants', Plaintext });
    await lab.write(`${tenant}.enc`, CiphertextBlob);
  }
});
