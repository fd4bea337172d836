import { encryptionAlgorithms } from '../../core/model/key-specs.ts';
import { usableStates } from '../../core/model/key-states.ts';
import { flag, grantTokens, keyId, message, oneOf, optional, textMap, withDefault } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Encrypts 1 to 4,096 bytes. https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html */
export const encrypt = operation({
  name: 'Encrypt',
  input: {
    KeyId: keyId(),
    Plaintext: message(),
    EncryptionContext: optional(textMap()),
    GrantTokens: grantTokens(),
    EncryptionAlgorithm: withDefault(oneOf(encryptionAlgorithms), 'SYMMETRIC_DEFAULT'),
    DryRun: optional(flag()),
  },
  key: {
    from: 'KeyId',
    byAlias: 'too',
    usage: 'ENCRYPT_DECRYPT',
    algorithm: 'EncryptionAlgorithm',
    states: usableStates,
    encryptionContext: 'EncryptionContext',
  },
  audit: { readOnly: true, materials: { keyMaterialId: { answered: 'CiphertextBlob' } } },
  uses: { material: 'use' },

  async handle({ input, key }) {
    const { Plaintext, EncryptionAlgorithm, EncryptionContext } = input;
    const { CiphertextBlob } = await key.encrypt(Plaintext, EncryptionAlgorithm, EncryptionContext);
    return { CiphertextBlob, KeyId: key.Arn, EncryptionAlgorithm };
  },
});
