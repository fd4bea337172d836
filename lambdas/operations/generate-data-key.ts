import { dataKeyInput, dataKeyLength, symmetricKeysOnly } from '../../core/model/data-key.ts';
import { usableStates } from '../../core/model/key-states.ts';
import { recipient } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Makes a data key and encrypts it under a symmetric key. https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html */
export const generateDataKey = operation({
  name: 'GenerateDataKey',
  input: { ...dataKeyInput, Recipient: recipient() },
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
  recipient: { from: 'Recipient', replaces: 'Plaintext', omits: ['KeyMaterialId'] },

  check: dataKeyLength,

  async handle({ input, key, random }) {
    const Plaintext = random(dataKeyLength(input));
    const { CiphertextBlob, KeyMaterialId } = await key.encrypt(
      Plaintext,
      'SYMMETRIC_DEFAULT',
      input.EncryptionContext,
    );
    return { CiphertextBlob, Plaintext, KeyId: key.Arn, KeyMaterialId };
  },
});
