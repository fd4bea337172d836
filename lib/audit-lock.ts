import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import type { Node } from 'constructs';

/**
 * How long nobody can delete or change what is in the audit log, by S3 Object Lock: a year, or `-c auditLockDays=N`. Whoever
 * holds `s3:BypassGovernanceRetention` still can, unless `-c auditLock=compliance`; then nobody, the account's root included,
 * and nobody can take that back. A sandbox has none: it could not be removed.
 */
export const auditLockOf = (node: Node, removal: RemovalPolicy): ObjectLockRetention | undefined => {
  const mode: unknown = node.tryGetContext('auditLock') ?? 'governance';
  const days = Number(node.tryGetContext('auditLockDays') ?? 365);
  if (mode !== 'governance' && mode !== 'compliance') {
    throw new Error(`${node.path}: auditLock is governance or compliance, not ${String(mode)}`);
  }
  if (!Number.isInteger(days) || days < 1 || days > 36_500) {
    throw new Error(`${node.path}: auditLockDays is a whole number from 1 to 36500`);
  }
  return removal === RemovalPolicy.RETAIN ? ObjectLockRetention[mode](Duration.days(days)) : undefined;
};
