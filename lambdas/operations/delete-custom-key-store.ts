import { customKeyStoreId, noCustomKeyStores } from '../../core/model/custom-key-store.ts';
import { refusedOperation } from '../operation.ts';

/** Deletes a custom key store that holds no keys. https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteCustomKeyStore.html */
export const deleteCustomKeyStore = refusedOperation({
  name: 'DeleteCustomKeyStore',
  input: { CustomKeyStoreId: customKeyStoreId() },
  audit: { readOnly: false },
  refused: noCustomKeyStores,
});
