import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Dashboard, GraphWidget, type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type Metric as MetricName, metricNamespace } from '../core/model/metric.ts';

export interface KmsDashboardProps {
  readonly installation: string;
  readonly api: RestApi;
  /** In which messages may wait. */
  readonly queues: readonly Queue[];
}

const period = Duration.minutes(5);
const counted: readonly MetricName[] = ['ScheduleFailures', 'PendingDeletionKeyUse', 'KeyMaterialExpiring'];

/** How the service fares, on one page: calls, what became of them, how long they took, and what waits. */
export class KmsDashboard extends Construct {
  constructor(scope: Construct, id: string, { installation, api, queues }: KmsDashboardProps) {
    super(scope, id);
    const sum = { period, statistic: Stats.SUM };
    const metric = (metricName: MetricName) => new Metric({ namespace: metricNamespace, metricName, ...sum });
    const latency = (statistic: string) => api.metricLatency({ period, statistic, label: statistic });
    new Dashboard(this, 'Dashboard', {
      dashboardName: installation,
      widgets: [
        [
          graph('Calls', [api.metricCount(sum)]),
          graph('Refused and failed', [api.metricClientError(sum), api.metricServerError(sum)]),
          graph('Milliseconds', [latency('p50'), latency('p99')]),
        ],
        [
          graph('Calls by operation', [byFunction(installation, 'Invocations', 'Sum')]),
          graph('Errors and throttles of functions', [
            byFunction(installation, 'Errors', 'Sum'),
            byFunction(installation, 'Throttles', 'Sum'),
          ]),
          graph('Milliseconds by function, p99', [byFunction(installation, 'Duration', 'p99')]),
        ],
        [
          graph('Keys', counted.map(metric)),
          graph(
            'Waiting messages',
            queues.map((queue) => queue.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM })),
          ),
        ],
      ],
    });
  }
}

const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 8 });

/** A line for each function that has a name of ours: one metric of the widget, however many functions there are. */
const byFunction = (installation: string, metricName: string, statistic: string) =>
  new MathExpression({
    expression: `SEARCH('{AWS/Lambda,FunctionName} MetricName="${metricName}" FunctionName=${installation}', '${statistic}', ${period.toSeconds()})`,
    usingMetrics: {},
    label: '',
    period,
  });
