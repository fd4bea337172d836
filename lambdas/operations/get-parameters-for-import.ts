import { addDays } from '../../core/model/days.ts';
import { chooseWrapping, wrappingAlgorithmNames, wrappingKeySpecNames } from '../../core/model/key-import.ts';
import { keyId, oneOf } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** How long the public key and the token may be used. */
const validDays = 1;

/** A public key to wrap key material with, and the token to bring it along. https://docs.aws.amazon.com/kms/latest/APIReference/API_GetParametersForImport.html */
export const getParametersForImport = operation({
  name: 'GetParametersForImport',
  input: {
    KeyId: keyId(),
    WrappingAlgorithm: oneOf(wrappingAlgorithmNames),
    WrappingKeySpec: oneOf(wrappingKeySpecNames),
  },
  key: { from: 'KeyId', origins: ['EXTERNAL'], states: ['Enabled', 'Disabled', 'PendingImport'] },
  conditions: { WrappingAlgorithm: 'WrappingAlgorithm', WrappingKeySpec: 'WrappingKeySpec' },
  audit: { readOnly: true },
  uses: { material: 'make' },

  async handle({ input: { WrappingAlgorithm, WrappingKeySpec }, key, materials, now, region }) {
    const { record, Arn } = key;
    const { algorithm, keySpec } = chooseWrapping(record.KeySpec, WrappingAlgorithm, WrappingKeySpec, region);
    const ParametersValidTo = addDays(now, validDays);
    const parameters = await materials.newImportParameters(record, algorithm, keySpec, ParametersValidTo);
    return { KeyId: Arn, ...parameters, ParametersValidTo };
  },
});
