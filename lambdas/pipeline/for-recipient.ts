import { KmsError } from '../../core/model/errors.ts';
import type { Output } from '../operation.ts';
import type { Call } from './call.ts';
import type { Runtime } from './ports.ts';

const withoutRoot =
  'Recipient is not supported: this service has no root certificate to verify attestation documents with.';

/** What the shape of a recipient lets through. */
interface SentRecipient {
  readonly KeyEncryptionAlgorithm?: string;
  readonly AttestationDocument?: Buffer;
}

/**
 * Finds out for whom the answer is: a document is verified or refused, never ignored. Before authorization, since
 * policies may ask for what it says.
 * https://docs.aws.amazon.com/kms/latest/developerguide/attested-calls.html
 */
export const attest = ({ recipients }: Runtime) => ({
  before: ({ event: call }: { event: Call }) => {
    const { from } = call.operation.recipient ?? {};
    const sent = from && (call.input[from] as SentRecipient | undefined); // read by its shape
    if (from === undefined || !sent) return;
    if (recipients === undefined) throw new KmsError('UnsupportedOperationException', withoutRoot);
    const { KeyEncryptionAlgorithm, AttestationDocument } = sent;
    if (AttestationDocument === undefined || KeyEncryptionAlgorithm === undefined) {
      const message = `${from} must have both AttestationDocument and KeyEncryptionAlgorithm.`;
      throw new KmsError('ValidationException', message);
    }
    call.recipient = recipients.attest(AttestationDocument, call.now);
  },
});

/** The answer as it may leave: with the secret in it encrypted to the recipient, if there is one, and wiped. */
export const forRecipient = ({ operation, recipient }: Call, output: Output | undefined): Output | undefined => {
  const { replaces = '', omits = [] } = operation.recipient ?? {};
  if (recipient === undefined || output === undefined) return output;
  const { [replaces]: plaintext, ...rest } = output;
  if (!Buffer.isBuffer(plaintext)) throw new Error(`${operation.name} answered without ${replaces}`);
  try {
    const kept = Object.entries(rest).filter(([name]) => !omits.includes(name));
    return { ...Object.fromEntries(kept), CiphertextForRecipient: recipient.encrypt(plaintext) };
  } finally {
    plaintext.fill(0);
  }
};
