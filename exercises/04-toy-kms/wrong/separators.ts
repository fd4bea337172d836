import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Puts separators between the texts, which may stand in the texts too. */
export default wrong('apart', async (lab) => {
  const broken = (await lab.read('toy-kms.ts')).toString();
  await solve(lab);
  const separated = broken.replace(/name\}\$/, 'name}=$').replace(".join('')", ".join(',')");
  await lab.write('toy-kms.ts', separated);
});
