import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Imports material that never expires, so that nothing happens however long one waits. */
export default wrong('imported', (lab) => {
  const kms = lab.as('alice');
  const importKeyMaterial = ({ ValidTo: _, ...input }: Parameters<typeof kms.importKeyMaterial>[0]) =>
    kms.importKeyMaterial({ ...input, ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' });
  return solve({ ...lab, as: () => Object.assign(Object.create(kms), { importKeyMaterial }) });
});
