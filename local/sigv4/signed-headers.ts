import type { HeaderValues } from '../../lambdas/pipeline/header-values.ts';
import type { Claim } from './claim.ts';
import { mismatch, type Refusal, unsignedHeader } from './refusals.ts';

/**
 * Headers that decide what is done must be signed, else one on the path could change them: the target is the operation.
 * No more than that can be asked: the AWS SDK for PHP leaves Content-Type unsigned. The date is in the string to sign.
 */
const bindingHeaders = [
  ['x-amz-target', 'X-Amz-Target'],
  ['x-amz-security-token', 'X-Amz-Security-Token'],
] as const;

export const checkSignedHeaders = ({ signedHeaders }: Claim, headers: HeaderValues): Refusal | undefined => {
  if (!signedHeaders.includes('host')) return unsignedHeader('Host', ':authority');
  for (const [name, shown] of bindingHeaders) {
    if (headers.has(name) && !signedHeaders.includes(name)) return unsignedHeader(shown);
  }
  // one list for one set of headers: lower-case, sorted, none twice, none that was not sent
  const canonical = signedHeaders.every(
    (name, i) => headers.has(name) && name === name.toLowerCase() && (i === 0 || name > (signedHeaders[i - 1] ?? '')),
  );
  return canonical ? undefined : mismatch;
};
