import { customKeyStoreId, customKeyStoreName, noCustomKeyStores } from '../../core/model/custom-key-store.ts';
import { optional, pageMembers } from '../../core/model/shapes.ts';
import { refusedOperation } from '../operation.ts';

/** The custom key stores of the account in this Region. https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeCustomKeyStores.html */
export const describeCustomKeyStores = refusedOperation({
  name: 'DescribeCustomKeyStores',
  input: {
    CustomKeyStoreId: optional(customKeyStoreId()),
    CustomKeyStoreName: optional(customKeyStoreName()),
    ...pageMembers,
  },
  page: { defaultLimit: 100, maxLimit: 1000 },
  audit: { readOnly: true },
  refused: noCustomKeyStores,
});
