import { statesBeforeDeletion } from '../../core/model/key-states.ts';
import { keyId, list, tagKey } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Takes tags from a key; those it has not are no mistake. https://docs.aws.amazon.com/kms/latest/APIReference/API_UntagResource.html */
export const untagResource = operation({
  name: 'UntagResource',
  input: { KeyId: keyId(), TagKeys: list(tagKey()) },
  key: { from: 'KeyId', manager: 'CUSTOMER', states: statesBeforeDeletion },
  audit: { readOnly: false, response: 'key ARN' },
  uses: { keys: ['update'] },

  async handle({ input: { TagKeys }, key: { record }, stores }) {
    const Tags = record.Tags.filter(({ TagKey }) => !TagKeys.includes(TagKey));
    if (Tags.length < record.Tags.length) await stores.keys.update(record, { Tags });
    return undefined;
  },
});
