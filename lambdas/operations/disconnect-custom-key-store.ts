import { customKeyStoreId, noCustomKeyStores } from '../../core/model/custom-key-store.ts';
import { refusedOperation } from '../operation.ts';

/** Disconnects a custom key store from what backs it. https://docs.aws.amazon.com/kms/latest/APIReference/API_DisconnectCustomKeyStore.html */
export const disconnectCustomKeyStore = refusedOperation({
  name: 'DisconnectCustomKeyStore',
  input: { CustomKeyStoreId: customKeyStoreId() },
  audit: { readOnly: false },
  refused: noCustomKeyStores,
});
