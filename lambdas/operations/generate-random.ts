import { customKeyStoreId, noCustomKeyStores } from '../../core/model/custom-key-store.ts';
import { KmsError } from '../../core/model/errors.ts';
import { integer, optional, recipient, refused } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Makes random bytes without any key. https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateRandom.html */
export const generateRandom = operation({
  name: 'GenerateRandom',
  input: {
    NumberOfBytes: optional(integer({ min: 1, max: 1024 })),
    CustomKeyStoreId: refused(customKeyStoreId(), noCustomKeyStores),
    Recipient: recipient(),
  },
  audit: { readOnly: true, hides: ['NumberOfBytes'] },
  recipient: { from: 'Recipient', replaces: 'Plaintext' },

  check({ NumberOfBytes }) {
    if (NumberOfBytes === undefined) throw new KmsError('ValidationException', 'NumberOfBytes is required.');
  },

  async handle({ input, random }) {
    return { Plaintext: random(input.NumberOfBytes ?? 0) };
  },
});
