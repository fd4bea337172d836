import { keyMetadata } from '../../core/model/key-metadata.ts';
import { grantTokens, keyId } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** What is known of a key; makes an AWS managed key when its alias is first described. https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html */
export const describeKey = operation({
  name: 'DescribeKey',
  input: { KeyId: keyId(), GrantTokens: grantTokens() },
  key: { from: 'KeyId', byAlias: 'too' },
  audit: { readOnly: true },
  uses: { managedKeys: 'make' },

  async handle({ key, region, now }) {
    return { KeyMetadata: keyMetadata(key.record, region, now) };
  },
});
