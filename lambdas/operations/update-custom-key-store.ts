import {
  backingMembers,
  customKeyStoreId,
  customKeyStoreName,
  noCustomKeyStores,
} from '../../core/model/custom-key-store.ts';
import { optional } from '../../core/model/shapes.ts';
import { refusedOperation } from '../operation.ts';

/** Changes a custom key store. https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateCustomKeyStore.html */
export const updateCustomKeyStore = refusedOperation({
  name: 'UpdateCustomKeyStore',
  input: {
    CustomKeyStoreId: customKeyStoreId(),
    NewCustomKeyStoreName: optional(customKeyStoreName()),
    ...backingMembers,
  },
  audit: { readOnly: false },
  refused: noCustomKeyStores,
});
