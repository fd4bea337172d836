import { readFileSync } from 'node:fs';
import type { Node } from 'constructs';
import { readRoots } from '../core/attestation/roots.ts';

/**
 * The root certificates under which attestation documents are verified: those of the file that
 * `-c attestationRoot=FILE` names, in PEM. Without it, documents are refused.
 */
export const attestationRootsOf = (node: Node): string | undefined => {
  const file: unknown = node.tryGetContext('attestationRoot');
  if (file === undefined) return undefined;
  const roots = readRoots(readFileSync(String(file), 'utf8'));
  return roots.map(String).join(''); // what else is in the file stays here
};
