import { RemovalPolicy } from 'aws-cdk-lib';
import type { Node } from 'constructs';

/**
 * What becomes of keys, secrets and audit records when the stack is deleted: they stay, unless a sandbox says
 * `-c removal=destroy`.
 */
export const removalOf = (node: Node): RemovalPolicy => {
  const removal: unknown = node.tryGetContext('removal') ?? 'retain';
  if (removal === 'retain') return RemovalPolicy.RETAIN;
  if (removal === 'destroy') return RemovalPolicy.DESTROY;
  throw new Error(`${node.path}: removal is retain or destroy, not ${String(removal)}`);
};
