import type { Node } from 'constructs';
import { partitionOf } from '../core/model/arn.ts';
import { isKnownRegion } from '../core/model/regions.ts';

/** The Regions of an installation: a stack each, all of one name. */
export interface InstallationRegions {
  /** Where the root secret is made, which the others have a replica of. It cannot be changed later. */
  readonly home: string;
  readonly replicas: readonly string[];
}

/**
 * The Regions that `-c replicaRegions=R,R` names beside the home Region.
 *
 * @returns undefined without them: then there is one stack, which may be of any Region
 */
export const installationRegions = (node: Node, home: string | undefined): InstallationRegions | undefined => {
  const given: unknown = node.tryGetContext('replicaRegions');
  if (given === undefined || given === '') return undefined;
  if (home === undefined || !isKnownRegion(home)) {
    throw new Error(`replicaRegions needs to know the home Region: set AWS_REGION, or a profile with one`);
  }
  const replicas = String(given).split(',');
  for (const region of replicas) {
    if (!isKnownRegion(region) || partitionOf(region) !== partitionOf(home)) {
      throw new Error(`replicaRegions names ${region}, which is no Region of the partition of ${home}`);
    }
  }
  if (new Set([home, ...replicas]).size <= replicas.length) {
    throw new Error(`replicaRegions names each Region once, and not the home Region ${home}`);
  }
  return { home, replicas };
};

/** @param region of a stack of the installation */
export const otherThan = (region: string, { home, replicas }: InstallationRegions): readonly string[] =>
  [home, ...replicas].filter((other) => other !== region);
