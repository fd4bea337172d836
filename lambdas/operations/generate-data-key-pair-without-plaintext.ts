import { dataKeyPairInput, symmetricKeysOnlyForPairs } from '../../core/model/data-key.ts';
import { checkOffered } from '../../core/model/key-specs.ts';
import { usableStates } from '../../core/model/key-states.ts';
import { operation } from '../operation.ts';

/** Makes a key pair whose private key is shown only encrypted. https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPairWithoutPlaintext.html */
export const generateDataKeyPairWithoutPlaintext = operation({
  name: 'GenerateDataKeyPairWithoutPlaintext',
  input: dataKeyPairInput,
  key: {
    from: 'KeyId',
    byAlias: 'too',
    usage: 'ENCRYPT_DECRYPT',
    algorithm: { is: 'SYMMETRIC_DEFAULT', orSay: symmetricKeysOnlyForPairs },
    states: usableStates,
    encryptionContext: 'EncryptionContext',
  },
  conditions: { DataKeyPairSpec: 'KeyPairSpec' },
  audit: { readOnly: true, materials: { keyMaterialId: { answered: 'PrivateKeyCiphertextBlob' } } },
  uses: { material: 'use' },

  check({ KeyPairSpec }, region) {
    checkOffered(KeyPairSpec, region);
  },

  async handle({ input, key, materials }) {
    const { KeyPairSpec, EncryptionContext } = input;
    const { privateKey, publicKey } = await materials.newDataKeyPair(KeyPairSpec);
    try {
      const { CiphertextBlob, KeyMaterialId } = await key.encrypt(privateKey, 'SYMMETRIC_DEFAULT', EncryptionContext);
      const sealed = { PrivateKeyCiphertextBlob: CiphertextBlob, PublicKey: publicKey };
      return { ...sealed, KeyId: key.Arn, KeyPairSpec, KeyMaterialId };
    } finally {
      privateKey.fill(0);
    }
  },
});
