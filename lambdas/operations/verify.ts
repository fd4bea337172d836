import { KmsError } from '../../core/model/errors.ts';
import { usableStates } from '../../core/model/key-states.ts';
import { blob, flag, grantTokens, keyId, message, oneOf, optional, withDefault } from '../../core/model/shapes.ts';
import { messageTypes, signingAlgorithms } from '../../core/model/signing.ts';
import { operation } from '../operation.ts';

/** Verifies a signature; a wrong one is an error, never `false`. https://docs.aws.amazon.com/kms/latest/APIReference/API_Verify.html */
export const verify = operation({
  name: 'Verify',
  input: {
    KeyId: keyId(),
    Message: message(),
    MessageType: withDefault(oneOf(messageTypes), 'RAW'),
    Signature: blob({ min: 1, max: 6144 }),
    SigningAlgorithm: oneOf(signingAlgorithms),
    GrantTokens: grantTokens(),
    DryRun: optional(flag()),
  },
  key: { from: 'KeyId', byAlias: 'too', usage: 'SIGN_VERIFY', algorithm: 'SigningAlgorithm', states: usableStates },
  conditions: { MessageType: 'MessageType' },
  audit: { readOnly: true },
  uses: { material: 'use' },

  async handle({ input, key }) {
    const { Message, MessageType, Signature, SigningAlgorithm } = input;
    const SignatureValid = await key.verify(Message, MessageType, SigningAlgorithm, Signature);
    if (!SignatureValid) throw new KmsError('KMSInvalidSignatureException');
    return { KeyId: key.Arn, SignatureValid, SigningAlgorithm };
  },
});
