import { KmsError } from '../../core/model/errors.ts';
import { encryptionAlgorithms } from '../../core/model/key-specs.ts';
import { usableStates } from '../../core/model/key-states.ts';
import {
  blob,
  dryRunModifiers,
  flag,
  grantTokens,
  keyId,
  oneOf,
  optional,
  recipient,
  textMap,
  withDefault,
} from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Decrypts what Encrypt or GenerateDataKey made. https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html */
export const decrypt = operation({
  name: 'Decrypt',
  input: {
    CiphertextBlob: blob({ min: 1, max: 6144 }),
    EncryptionContext: optional(textMap()),
    GrantTokens: grantTokens(),
    KeyId: optional(keyId()),
    EncryptionAlgorithm: withDefault(oneOf(encryptionAlgorithms), 'SYMMETRIC_DEFAULT'),
    Recipient: recipient(),
    DryRun: optional(flag()),
    DryRunModifiers: dryRunModifiers(),
  },
  key: {
    from: 'KeyId',
    byAlias: 'too',
    orIn: 'CiphertextBlob',
    usage: 'ENCRYPT_DECRYPT',
    algorithm: 'EncryptionAlgorithm',
    states: usableStates,
    encryptionContext: 'EncryptionContext',
  },
  audit: { readOnly: true, materials: { keyMaterialId: { sent: 'CiphertextBlob' } } },
  uses: { material: 'use' },
  recipient: { from: 'Recipient', replaces: 'Plaintext', omits: ['KeyMaterialId'] },

  check({ KeyId, EncryptionAlgorithm }) {
    if (KeyId !== undefined || EncryptionAlgorithm === 'SYMMETRIC_DEFAULT') return;
    throw new KmsError('ValidationException', 'KeyId must not be null'); // no other ciphertext names its key
  },

  async handle({ input, key }) {
    const { CiphertextBlob, EncryptionAlgorithm, EncryptionContext } = input;
    const { Plaintext, KeyMaterialId } = await key.decrypt(CiphertextBlob, EncryptionAlgorithm, EncryptionContext);
    return { KeyId: key.Arn, Plaintext, EncryptionAlgorithm, KeyMaterialId };
  },
});
