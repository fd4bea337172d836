import { KmsError } from './errors.ts';
import { policyText, printPolicy } from './policy-text.ts';

/** The longest key policy in bytes: 32 KB, where the model's pattern would admit more. */
const longestPolicy = 32_768;

/** The only name a key policy can have. */
export const keyPolicyName = 'default';

/** @throws {KmsError} NotFoundException */
export const checkPolicyName = (name: string): void => {
  if (name !== keyPolicyName) throw new KmsError('NotFoundException', 'No such policy exists');
};

/** The key policy of a key that is created without one: identity policies of the account decide. */
export const defaultKeyPolicy = (accountId: string, partition: string): string =>
  policyText({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });

/** A key policy as AWS shows it: printed, unless it would be too long to be put again then. */
export const shownKeyPolicy = (document: string): string => printPolicy(document, longestPolicy);

/**
 * Checks the form of a key policy; what its statements mean is the policy engine's.
 * @throws {KmsError} LimitExceededException, MalformedPolicyDocumentException
 */
export const checkKeyPolicy = (document: string): void => {
  if (Buffer.byteLength(document) > longestPolicy) {
    throw new KmsError('LimitExceededException', `A key policy may have at most ${longestPolicy} bytes.`);
  }
  let policy: unknown;
  try {
    policy = JSON.parse(document);
  } catch (cause) {
    throw new KmsError('MalformedPolicyDocumentException', 'The policy is not valid JSON.', { cause });
  }
  if (typeof policy !== 'object' || policy === null || !('Statement' in policy)) {
    throw new KmsError('MalformedPolicyDocumentException', 'The policy must be a JSON object with a Statement.');
  }
};
