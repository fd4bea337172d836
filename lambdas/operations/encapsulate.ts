import { encapsulationAlgorithms } from '../../core/model/key-specs.ts';
import { usableStates } from '../../core/model/key-states.ts';
import { flag, grantTokens, keyId, oneOf, optional } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Makes a shared secret, and the ciphertext from which Decapsulate gets it again. https://docs.aws.amazon.com/kms/latest/APIReference/API_Encapsulate.html */
export const encapsulate = operation({
  name: 'Encapsulate',
  input: {
    KeyId: keyId(),
    EncapsulationAlgorithm: oneOf(encapsulationAlgorithms),
    GrantTokens: grantTokens(),
    DryRun: optional(flag()),
  },
  key: {
    from: 'KeyId',
    byAlias: 'too',
    usage: 'ENCAPSULATE_DECAPSULATE',
    algorithm: 'EncapsulationAlgorithm',
    states: usableStates,
  },
  audit: { readOnly: true },
  uses: { material: 'use' },

  async handle({ input: { EncapsulationAlgorithm }, key }) {
    const { sharedSecret, ciphertext } = await key.encapsulate();
    const made = { SharedSecret: sharedSecret, SharedSecretCiphertextBlob: ciphertext };
    return { KeyId: key.Arn, ...made, EncapsulationAlgorithm };
  },
});
