import type { RunningStack } from './assembly.ts';

/** The metrics of the alarms that what functions have written so far would set off, each number being too much. */
export const soundingAlarms = (stack: RunningStack): readonly string[] => {
  const told = new Set<string>();
  for (const { log } of stack.functions.values()) {
    for (const { _aws: metrics } of log as { _aws?: EmbeddedMetrics }[]) {
      for (const { Namespace, Metrics } of metrics?.CloudWatchMetrics ?? []) {
        for (const { Name } of Metrics) told.add(`${Namespace} ${Name}`);
      }
    }
  }
  return stack
    .ofType('AWS::CloudWatch::Alarm')
    .filter(
      ({ properties: { Namespace, MetricName, Threshold } }) =>
        Threshold === 0 && told.has(`${Namespace} ${MetricName}`),
    )
    .map(({ properties }) => properties.MetricName);
};

/** As functions print them: the embedded metric format. */
interface EmbeddedMetrics {
  readonly CloudWatchMetrics: readonly {
    readonly Namespace: string;
    readonly Metrics: readonly { readonly Name: string }[];
  }[];
}
