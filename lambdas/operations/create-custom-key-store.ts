import { backingMembers, customKeyStoreName, noCustomKeyStores } from '../../core/model/custom-key-store.ts';
import { oneOf, optional, text } from '../../core/model/shapes.ts';
import { refusedOperation } from '../operation.ts';

/** Makes a custom key store. https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateCustomKeyStore.html */
export const createCustomKeyStore = refusedOperation({
  name: 'CreateCustomKeyStore',
  input: {
    CustomKeyStoreName: customKeyStoreName(),
    CustomKeyStoreType: optional(oneOf(['AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'])),
    TrustAnchorCertificate: optional(text({ min: 1, max: 5000 })),
    ...backingMembers,
  },
  audit: { readOnly: false },
  refused: noCustomKeyStores,
});
