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
  textMap,
  withDefault,
} from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Moves a ciphertext to another key or context without showing the plaintext. https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html */
export const reEncrypt = operation({
  name: 'ReEncrypt',
  input: {
    CiphertextBlob: blob({ min: 1, max: 6144 }),
    SourceEncryptionContext: optional(textMap()),
    SourceKeyId: optional(keyId()),
    DestinationKeyId: keyId(),
    DestinationEncryptionContext: optional(textMap()),
    SourceEncryptionAlgorithm: withDefault(oneOf(encryptionAlgorithms), 'SYMMETRIC_DEFAULT'),
    DestinationEncryptionAlgorithm: withDefault(oneOf(encryptionAlgorithms), 'SYMMETRIC_DEFAULT'),
    GrantTokens: grantTokens(),
    DryRun: optional(flag()),
    DryRunModifiers: dryRunModifiers(),
  },
  keys: {
    source: {
      from: 'SourceKeyId',
      byAlias: 'too',
      orIn: 'CiphertextBlob',
      usage: 'ENCRYPT_DECRYPT',
      algorithm: 'SourceEncryptionAlgorithm',
      states: usableStates,
      permission: 'ReEncryptFrom',
      encryptionContext: 'SourceEncryptionContext',
      sameAs: 'destination',
    },
    destination: {
      from: 'DestinationKeyId',
      byAlias: 'too',
      usage: 'ENCRYPT_DECRYPT',
      algorithm: 'DestinationEncryptionAlgorithm',
      states: usableStates,
      permission: 'ReEncryptTo',
      encryptionContext: 'DestinationEncryptionContext',
      sameAs: 'source',
    },
  },
  audit: {
    readOnly: true,
    materials: {
      sourceKeyMaterialId: { sent: 'CiphertextBlob' },
      destinationKeyMaterialId: { answered: 'CiphertextBlob' },
    },
  },
  uses: { material: 'use' },

  async handle({ input, source, destination }) {
    const { CiphertextBlob, SourceEncryptionAlgorithm, DestinationEncryptionAlgorithm } = input;
    const { Plaintext, KeyMaterialId: SourceKeyMaterialId } = await source.decrypt(
      CiphertextBlob,
      SourceEncryptionAlgorithm,
      input.SourceEncryptionContext,
    );
    try {
      const { CiphertextBlob: moved, KeyMaterialId: DestinationKeyMaterialId } = await destination.encrypt(
        Plaintext,
        DestinationEncryptionAlgorithm,
        input.DestinationEncryptionContext,
      );
      return {
        CiphertextBlob: moved,
        SourceKeyId: source.Arn,
        KeyId: destination.Arn,
        SourceEncryptionAlgorithm,
        DestinationEncryptionAlgorithm,
        SourceKeyMaterialId,
        DestinationKeyMaterialId,
      };
    } finally {
      Plaintext.fill(0);
    }
  },
});
