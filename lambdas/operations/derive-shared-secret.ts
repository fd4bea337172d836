import { keyAgreementAlgorithms } from '../../core/model/key-specs.ts';
import { usableStates } from '../../core/model/key-states.ts';
import { blob, flag, grantTokens, keyId, oneOf, optional, recipient } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Agrees on a secret with the owner of another public key. https://docs.aws.amazon.com/kms/latest/APIReference/API_DeriveSharedSecret.html */
export const deriveSharedSecret = operation({
  name: 'DeriveSharedSecret',
  input: {
    KeyId: keyId(),
    KeyAgreementAlgorithm: oneOf(keyAgreementAlgorithms),
    PublicKey: blob({ min: 1, max: 8192 }),
    GrantTokens: grantTokens(),
    DryRun: optional(flag()),
    Recipient: recipient(),
  },
  key: {
    from: 'KeyId',
    byAlias: 'too',
    usage: 'KEY_AGREEMENT',
    algorithm: 'KeyAgreementAlgorithm',
    states: usableStates,
  },
  audit: { readOnly: true },
  uses: { material: 'use' },
  recipient: { from: 'Recipient', replaces: 'SharedSecret' },

  async handle({ input, key }) {
    const { PublicKey, KeyAgreementAlgorithm } = input;
    const SharedSecret = await key.deriveSharedSecret(PublicKey);
    return { KeyId: key.Arn, SharedSecret, KeyAgreementAlgorithm, KeyOrigin: key.record.Origin };
  },
});
