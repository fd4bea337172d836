import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Asks for the ciphertext in a call of its own, which encapsulates another secret. */
export default wrong('answer', async (lab) => {
  await solve(lab);
  const { SharedSecretCiphertextBlob } = await lab
    .as('alice')
    .encapsulate({ KeyId: lab.fact('bobInbox'), EncapsulationAlgorithm: 'ML_KEM' });
  await lab.write('answer.kem', SharedSecretCiphertextBlob ?? '');
});
