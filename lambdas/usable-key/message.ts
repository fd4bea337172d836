import { KmsError } from '../../core/model/errors.ts';
import { type KeySpec, specOf } from '../../core/model/key-specs.ts';
import { type MessageType, messagesOf, type SigningAlgorithm, signingAlgorithms } from '../../core/model/signing.ts';

/** A message, and whether it is RAW; if not, it is of the one other type which its algorithm takes. */
export interface Message {
  readonly bytes: Uint8Array;
  readonly isRaw: boolean;
}

/** @throws {KmsError} ValidationException for a type which the algorithm does not take, or a length it must not have */
export const readMessage = (
  bytes: Uint8Array,
  type: MessageType,
  algorithm: SigningAlgorithm,
  KeySpec: KeySpec,
): Message => {
  const length = messagesOf(algorithm)[type];
  if (length === undefined) {
    // AWS blames the algorithm only where another one of the same key takes such a message.
    const ofKey = specOf(KeySpec).algorithms.SIGN_VERIFY ?? [];
    const blamed = signingAlgorithms.some((other) => ofKey.includes(other) && messagesOf(other)[type] !== undefined)
      ? `algorithm ${algorithm}`
      : `key spec ${KeySpec}`;
    throw new KmsError('ValidationException', `Message type ${type} is incompatible with ${blamed}.`);
  }
  if (length !== 'any' && bytes.length !== length) {
    const what = type === 'EXTERNAL_MU' ? 'External Mu' : 'Digest';
    throw new KmsError('ValidationException', `${what} is invalid length for algorithm ${algorithm}.`);
  }
  return { bytes, isRaw: type === 'RAW' };
};
