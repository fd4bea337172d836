import { KmsError } from '../../core/model/errors.ts';
import { macAlgorithms } from '../../core/model/key-specs.ts';
import { usableStates } from '../../core/model/key-states.ts';
import { blob, flag, grantTokens, keyId, message, oneOf, optional } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Verifies an HMAC; a wrong one is an error, never `false`. https://docs.aws.amazon.com/kms/latest/APIReference/API_VerifyMac.html */
export const verifyMac = operation({
  name: 'VerifyMac',
  input: {
    Message: message(),
    KeyId: keyId(),
    MacAlgorithm: oneOf(macAlgorithms),
    Mac: blob({ min: 1, max: 6144 }),
    GrantTokens: grantTokens(),
    DryRun: optional(flag()),
  },
  key: { from: 'KeyId', byAlias: 'too', usage: 'GENERATE_VERIFY_MAC', algorithm: 'MacAlgorithm', states: usableStates },
  audit: { readOnly: true },
  uses: { material: 'use' },

  async handle({ input, key }) {
    const { Message, MacAlgorithm, Mac } = input;
    const MacValid = await key.verifyMac(Message, MacAlgorithm, Mac);
    if (!MacValid) throw new KmsError('KMSInvalidMacException');
    return { KeyId: key.Arn, MacValid, MacAlgorithm };
  },
});
