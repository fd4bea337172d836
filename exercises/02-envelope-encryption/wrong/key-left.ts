import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Leaves what KMS answered lying about, in base64 as the AWS CLI prints it. */
export default wrong('thrownAway', async (lab) => {
  await solve(lab);
  const { Plaintext = [] } = await lab.as('alice').decrypt({ CiphertextBlob: await lab.read('letter.key') });
  await lab.write('answer.json', JSON.stringify({ Plaintext: Buffer.from(Plaintext).toString('base64') }));
});
