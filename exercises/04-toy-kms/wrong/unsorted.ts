import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Takes JSON, which is unambiguous, in whatever order the names come. */
export default wrong('works', async (lab) => {
  const broken = (await lab.read('toy-kms.ts')).toString();
  await solve(lab);
  const encode = 'export const encodeContext = (context: Context): Buffer => Buffer.from(JSON.stringify(context));';
  await lab.write('toy-kms.ts', broken.replace(/export const encodeContext[^;]+;/, encode));
});
