import { KmsError } from '../../core/model/errors.ts';
import { rotationEntry } from '../../core/model/key-materials.ts';
import { specOf } from '../../core/model/key-specs.ts';
import { pageOf } from '../../core/model/page-of.ts';
import { keyId, oneOf, pageMembers, withDefault } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** The rotations of a key, oldest first, or all its material. https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyRotations.html */
export const listKeyRotations = operation({
  name: 'ListKeyRotations',
  input: {
    KeyId: keyId(),
    IncludeKeyMaterial: withDefault(oneOf(['ALL_KEY_MATERIAL', 'ROTATIONS_ONLY']), 'ROTATIONS_ONLY'),
    ...pageMembers,
  },
  key: { from: 'KeyId' },
  page: { defaultLimit: 100, maxLimit: 1000 },
  audit: { readOnly: true, onlySent: ['IncludeKeyMaterial'] },

  async handle({ input, key, page, now }) {
    const { KeySpec, materials } = key.record;
    const all = input.IncludeKeyMaterial === 'ALL_KEY_MATERIAL';
    if (all && specOf(KeySpec).type !== 'symmetric') {
      const message = 'Input parameter includeKeyMaterial can only be used with symmetric keys.';
      throw new KmsError('ValidationException', message);
    }
    const places = materials.map((version, place) => ({ version, place: String(place).padStart(6, '0') }));
    const shown = places.filter(({ version }) => all || version.rotation !== undefined);
    const { items, next } = pageOf(shown, ({ place }) => place, page);
    return { Rotations: items.map(({ version }) => rotationEntry(key.Arn, version, now)), ...page.end(next) };
  },
});
