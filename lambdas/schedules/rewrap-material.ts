import { schedule } from '../schedule.ts';
import { allPages } from './all-pages.ts';

/**
 * Wraps key material anew that is under another root key than the one in force, so that the other is needed no more
 * (docs/deploy.md). Each item by itself, and only if nobody wrote it meanwhile: wherever a pass ends, all of them open.
 */
export const rewrapMaterial = schedule({
  name: 'RewrapMaterial',
  everyMinutes: 24 * 60,
  uses: { keys: ['scan', 'get', 'material', 'replaceMaterial'], material: 'rewrap' },

  async pass({ stores: { keys }, materials, each, tell }) {
    const { known, inForce } = materials.roots;
    if (inForce === 1 && known.length === 1) return; // there never was another
    const found: { KeyId: string; KeyMaterialId: string }[] = [];
    for await (const { KeyId, KeyMaterialId, wrapped } of allPages(keys.scan)) {
      if (KeyMaterialId === undefined || wrapped === undefined || materials.rootOf(wrapped) === inForce) continue;
      found.push({ KeyId, KeyMaterialId });
    }
    let left = found.length;
    await each(
      found,
      ({ KeyId }) => KeyId,
      async ({ KeyId, KeyMaterialId }) => {
        const [record, material] = await Promise.all([keys.get(KeyId), keys.material(KeyId, KeyMaterialId)]);
        // Material without a key is nobody's, and swept.
        if (record && material && materials.rootOf(material.wrapped) !== inForce) {
          await keys.replaceMaterial(material, await materials.rewrap(record, material));
        }
        left -= 1;
      },
    );
    if (found.length === 0 && known.length === 1) return;
    const anew = `${found.length - left} items of key material were under other root keys than version ${inForce}`;
    tell(`${anew} and are no longer; ${left} still are`, 'MaterialUnderOtherRoots', left);
  },
});
