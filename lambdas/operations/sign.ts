import { usableStates } from '../../core/model/key-states.ts';
import { flag, grantTokens, keyId, message, oneOf, optional, withDefault } from '../../core/model/shapes.ts';
import { messageTypes, signingAlgorithms } from '../../core/model/signing.ts';
import { operation } from '../operation.ts';

/** Signs a message or its digest. https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html */
export const sign = operation({
  name: 'Sign',
  input: {
    KeyId: keyId(),
    Message: message(),
    MessageType: withDefault(oneOf(messageTypes), 'RAW'),
    GrantTokens: grantTokens(),
    SigningAlgorithm: oneOf(signingAlgorithms),
    DryRun: optional(flag()),
  },
  key: { from: 'KeyId', byAlias: 'too', usage: 'SIGN_VERIFY', algorithm: 'SigningAlgorithm', states: usableStates },
  conditions: { MessageType: 'MessageType' },
  audit: { readOnly: true },
  uses: { material: 'use' },

  async handle({ input, key }) {
    const { Message, MessageType, SigningAlgorithm } = input;
    return { KeyId: key.Arn, Signature: await key.sign(Message, MessageType, SigningAlgorithm), SigningAlgorithm };
  },
});
