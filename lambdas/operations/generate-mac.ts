import { macAlgorithms } from '../../core/model/key-specs.ts';
import { usableStates } from '../../core/model/key-states.ts';
import { flag, grantTokens, keyId, message, oneOf, optional } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Computes an HMAC of 1 to 4,096 bytes. https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateMac.html */
export const generateMac = operation({
  name: 'GenerateMac',
  input: {
    Message: message(),
    KeyId: keyId(),
    MacAlgorithm: oneOf(macAlgorithms),
    GrantTokens: grantTokens(),
    DryRun: optional(flag()),
  },
  key: { from: 'KeyId', byAlias: 'too', usage: 'GENERATE_VERIFY_MAC', algorithm: 'MacAlgorithm', states: usableStates },
  audit: { readOnly: true },
  uses: { material: 'use' },

  async handle({ input, key }) {
    const { Message, MacAlgorithm } = input;
    return { Mac: await key.mac(Message, MacAlgorithm), MacAlgorithm, KeyId: key.Arn };
  },
});
