import { customKeyStoreId, noCustomKeyStores } from '../../core/model/custom-key-store.ts';
import { refusedOperation } from '../operation.ts';

/** Connects a custom key store to what backs it. https://docs.aws.amazon.com/kms/latest/APIReference/API_ConnectCustomKeyStore.html */
export const connectCustomKeyStore = refusedOperation({
  name: 'ConnectCustomKeyStore',
  input: { CustomKeyStoreId: customKeyStoreId() },
  audit: { readOnly: false },
  refused: noCustomKeyStores,
});
