import { wrong } from '../../lesson.ts';
import { keyFrom, seal } from '../sealed.ts';
import solve from '../solution/solution.ts';

/** Derives the key from the secret of ECDH alone: a quantum computer of later opens it. */
export default wrong('answer', async (lab) => {
  await solve(lab);
  const { SharedSecret = new Uint8Array() } = await lab.as('alice').deriveSharedSecret({
    KeyId: 'alias/agree',
    KeyAgreementAlgorithm: 'ECDH',
    PublicKey: await lab.read('bob.der'),
  });
  await lab.write('answer.enc', seal(keyFrom([SharedSecret], 'answer'), await lab.read('answer.txt')));
});
