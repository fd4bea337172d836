import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAwsRoot, readRoots } from '../core/attestation/roots.ts';
import type { Recipients } from '../lambdas/pipeline/ports.ts';

export interface Attestation {
  readonly recipients: Recipients;
  /** The roots, for people: those that are not AWS's are called what they are. */
  readonly name: string;
  /** The certificates in PEM. */
  readonly roots: string;
}

/**
 * Reads the root certificates under which attestation documents are verified, once.
 *
 * @throws {Error} which names the file, when it is not there or holds no certificate
 */
export const openAttestation = async (file: string): Promise<Attestation> => {
  try {
    return await attestationUnder(await readFile(file, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The attestation root ${file} cannot be read: ${why}`, { cause });
  }
};

/** @throws {Error} when the text holds no certificate */
export const attestationUnder = async (roots: string): Promise<Attestation> => {
  // Loaded only here: most services verify no documents, and start sooner without it.
  const { newRecipients } = await import('../lambdas/recipients.ts');
  const names = readRoots(roots).map(
    (root) => `${commonName(root.subject)}${isAwsRoot(root) ? '' : ' (a TEST ROOT, not that of AWS)'}`,
  );
  return { recipients: newRecipients(roots, randomBytes), name: names.join(', '), roots };
};

/** Of a subject, which Node gives as lines. */
const commonName = (subject: string): string => /^CN=(.*)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ');
