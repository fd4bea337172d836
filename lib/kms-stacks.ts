import type { App } from 'aws-cdk-lib';
import { installationRegions } from './installation-regions.ts';
import { KmsStack, type KmsStackProps } from './kms-stack.ts';

export interface KmsStacksProps extends KmsStackProps {
  /** Where `cdk` deploys to, as it says in `CDK_DEFAULT_REGION`. It matters only with `-c replicaRegions=R,R`. */
  readonly homeRegion?: string | undefined;
}

/** An installation: the service in its home Region, and a sister stack of the same name in each replica Region. */
export const newKmsStacks = (app: App, installation: string, props: KmsStacksProps): readonly KmsStack[] => {
  const { homeRegion, ...shared } = props;
  const regions = installationRegions(app.node, homeRegion);
  if (regions === undefined) return [new KmsStack(app, installation, shared)];
  const stackIn = (id: string, region: string) =>
    new KmsStack(app, id, { ...shared, stackName: installation, env: { ...shared.env, region }, regions });
  const home = stackIn(installation, regions.home);
  const sisters = regions.replicas.map((region) => stackIn(`${installation}-${region}`, region));
  for (const sister of sisters) sister.addStackDependency(home, 'the root secret is replicated from there');
  return [home, ...sisters];
};
