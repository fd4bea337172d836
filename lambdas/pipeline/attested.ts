import type { Attested } from '../../core/model/attested.ts';
import type { Context } from '../../core/policy/context.ts';

/** PCR0 of an enclave is the digest of its image, and has a name of its own besides. */
const imagePcr = 0;

/**
 * What policies may ask of whoever the answer is for.
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-attestation.html
 */
export const attestedConditions = (attested: Attested | undefined): Context => {
  if (attested === undefined) return {};
  const { platform, pcrs } = attested;
  const register = platform === 'enclave' ? 'PCR' : 'NitroTPMPCR';
  const conditions = [...pcrs].map(([index, value]) => [`kms:RecipientAttestation:${register}${index}`, value]);
  const ImageSha384 = platform === 'enclave' ? pcrs.get(imagePcr) : undefined;
  return { ...Object.fromEntries(conditions), 'kms:RecipientAttestation:ImageSha384': ImageSha384 };
};

/** The registers of an enclave that CloudTrail shows, besides its image. */
const shownOfEnclaves = [1, 2, 3, 4, 8];

/**
 * The same on record.
 * https://docs.aws.amazon.com/kms/latest/developerguide/ct-attestation.html
 */
export const attestedOnRecord = ({ platform, moduleId, pcrs }: Attested): Readonly<Record<string, unknown>> => {
  const attestationDocumentModuleId = moduleId;
  if (platform === 'nitrotpm') {
    const registers = [...pcrs].map(([index, value]) => [`attestationDocumentNitroTPMPCR${index}`, value]);
    return { attestationDocumentModuleId, ...Object.fromEntries(registers) };
  }
  const registers = shownOfEnclaves.map((index) => [`attestationDocumentEnclavePCR${index}`, pcrs.get(index)]);
  const attestationDocumentEnclaveImageDigest = pcrs.get(imagePcr);
  return { attestationDocumentModuleId, attestationDocumentEnclaveImageDigest, ...Object.fromEntries(registers) };
};
