import { KmsError } from './errors.ts';
import { dataKeyLengths, dataKeySpecs } from './key-specs.ts';
import { flag, grantTokens, type InputOf, integer, keyId, oneOf, optional, textMap } from './shapes.ts';

/** What GenerateDataKey and GenerateDataKeyWithoutPlaintext ask for alike. */
export const dataKeyInput = {
  KeyId: keyId(),
  EncryptionContext: optional(textMap()),
  NumberOfBytes: optional(integer({ min: 1, max: 1024 })),
  KeySpec: optional(oneOf(dataKeySpecs)),
  GrantTokens: grantTokens(),
  DryRun: optional(flag()),
} as const;

/**
 * The length of the data key in bytes.
 * @throws {KmsError} ValidationException unless exactly one of the two members says it
 */
export const dataKeyLength = (input: Pick<InputOf<typeof dataKeyInput>, 'KeySpec' | 'NumberOfBytes'>): number => {
  const { KeySpec, NumberOfBytes } = input;
  if (KeySpec !== undefined && NumberOfBytes === undefined) return dataKeyLengths[KeySpec];
  if (NumberOfBytes !== undefined && KeySpec === undefined) return NumberOfBytes;
  throw new KmsError('ValidationException', 'Please specify either number of bytes or key spec.');
};
