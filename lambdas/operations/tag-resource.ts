import { statesBeforeDeletion } from '../../core/model/key-states.ts';
import { keyId, list, tag } from '../../core/model/shapes.ts';
import { checkTags, mergeTags } from '../../core/model/tags.ts';
import { operation } from '../operation.ts';

/** Adds tags to a key, or gives them other values. https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html */
export const tagResource = operation({
  name: 'TagResource',
  input: { KeyId: keyId(), Tags: list(tag()) },
  key: { from: 'KeyId', manager: 'CUSTOMER', states: statesBeforeDeletion },
  audit: { readOnly: false, response: 'key ARN' },
  uses: { keys: ['update'] },

  check({ Tags }) {
    checkTags(Tags);
  },

  async handle({ input, key, stores }) {
    const Tags = mergeTags(key.record.Tags, input.Tags);
    checkTags(Tags);
    await stores.keys.update(key.record, { Tags });
    return undefined;
  },
});
