import { dataKeyInput, dataKeyLength, symmetricKeysOnly } from '../../core/model/data-key.ts';
import { usableStates } from '../../core/model/key-states.ts';
import { operation } from '../operation.ts';

/** Makes a data key that is shown only encrypted. https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyWithoutPlaintext.html */
export const generateDataKeyWithoutPlaintext = operation({
  name: 'GenerateDataKeyWithoutPlaintext',
  input: dataKeyInput,
  key: {
    from: 'KeyId',
    byAlias: 'too',
    usage: 'ENCRYPT_DECRYPT',
    algorithm: { is: 'SYMMETRIC_DEFAULT', orSay: symmetricKeysOnly },
    states: usableStates,
    encryptionContext: 'EncryptionContext',
  },
  audit: { readOnly: true, materials: { keyMaterialId: { answered: 'CiphertextBlob' } } },
  uses: { material: 'use' },

  check: dataKeyLength,

  async handle({ input, key, random }) {
    const dataKey = random(dataKeyLength(input));
    try {
      const { CiphertextBlob, KeyMaterialId } = await key.encrypt(
        dataKey,
        'SYMMETRIC_DEFAULT',
        input.EncryptionContext,
      );
      return { CiphertextBlob, KeyId: key.Arn, KeyMaterialId };
    } finally {
      dataKey.fill(0);
    }
  },
});
