import { dataKeyPairInput, symmetricKeysOnlyForPairs } from '../../core/model/data-key.ts';
import { checkOffered } from '../../core/model/key-specs.ts';
import { usableStates } from '../../core/model/key-states.ts';
import { recipient } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Makes a key pair and encrypts its private key under a symmetric key. https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPair.html */
export const generateDataKeyPair = operation({
  name: 'GenerateDataKeyPair',
  input: { ...dataKeyPairInput, Recipient: recipient() },
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
  recipient: { from: 'Recipient', replaces: 'PrivateKeyPlaintext' },

  check({ KeyPairSpec }, region) {
    checkOffered(KeyPairSpec, region);
  },

  async handle({ input, key, materials }) {
    const { KeyPairSpec, EncryptionContext } = input;
    const { privateKey, publicKey } = await materials.newDataKeyPair(KeyPairSpec);
    const { CiphertextBlob, KeyMaterialId } = await key.encrypt(privateKey, 'SYMMETRIC_DEFAULT', EncryptionContext);
    return {
      PrivateKeyCiphertextBlob: CiphertextBlob,
      PrivateKeyPlaintext: privateKey,
      PublicKey: publicKey,
      KeyId: key.Arn,
      KeyPairSpec,
      KeyMaterialId,
    };
  },
});
