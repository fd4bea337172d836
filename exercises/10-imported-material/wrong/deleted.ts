import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Deletes the material instead of letting it expire. */
export default wrong('expired', (lab) => {
  const kms = lab.as('alice');
  return solve({
    ...lab,
    async clock() {
      const { KeyMetadata } = await kms.describeKey({ KeyId: 'alias/imported' });
      await kms.deleteImportedKeyMaterial({ KeyId: KeyMetadata?.KeyId });
    },
  });
});
