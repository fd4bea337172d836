import { encapsulationAlgorithms } from '../../core/model/key-specs.ts';
import { usableStates } from '../../core/model/key-states.ts';
import { blob, flag, grantTokens, keyId, oneOf, optional } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Gets a shared secret out of its ciphertext; a forged one has a secret too, which nobody knows. https://docs.aws.amazon.com/kms/latest/APIReference/API_Decapsulate.html */
export const decapsulate = operation({
  name: 'Decapsulate',
  input: {
    KeyId: keyId(),
    // AWS publishes no bounds: those of every other ciphertext, so that the key judges the length.
    SharedSecretCiphertextBlob: blob({ min: 1, max: 6144 }),
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

  async handle({ input, key }) {
    const SharedSecret = await key.decapsulate(input.SharedSecretCiphertextBlob);
    return { KeyId: key.Arn, SharedSecret, EncapsulationAlgorithm: input.EncapsulationAlgorithm };
  },
});
