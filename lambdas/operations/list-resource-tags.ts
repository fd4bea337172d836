import { pageOf } from '../../core/model/page-of.ts';
import { keyId, pageMembers } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** The tags of a key. https://docs.aws.amazon.com/kms/latest/APIReference/API_ListResourceTags.html */
export const listResourceTags = operation({
  name: 'ListResourceTags',
  input: { KeyId: keyId(), ...pageMembers },
  key: { from: 'KeyId' },
  page: { defaultLimit: 50, maxLimit: 50 },
  audit: { readOnly: true },

  async handle({ key, page }) {
    const { items: Tags, next } = pageOf(key.record.Tags, ({ TagKey }) => TagKey, page);
    return { Tags, ...page.end(next) };
  },
});
