import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Signs by PKCS #1 v1.5 with the RSA key. */
export default wrong('rsa', async (lab) => {
  await solve(lab);
  const Message = await lab.read('release.txt');
  const asked = { KeyId: 'alias/sign-rsa', Message, SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' } as const;
  const { Signature } = await lab.as('alice').sign(asked);
  await lab.write('rsa.sig', Signature ?? '');
});
