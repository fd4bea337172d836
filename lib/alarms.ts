import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Alarm, ComparisonOperator, type IMetric, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type Metric as MetricName, metricNamespace } from '../core/model/metric.ts';

export interface AlarmsProps {
  /** Where what failed for good waits: of the schedules, and of the audit records. */
  readonly failedSchedules: Queue;
  readonly undeliveredRecords: Queue;
  /** Who is told. @default - a topic of our own */
  readonly topic?: ITopic | undefined;
  readonly api: RestApi;
  /** Of records on their way to the audit log. */
  readonly auditRecords: Queue;
}

/** What the owner is told of, for each number that the log counts, but for that which a rotation of the root key counts down. */
const counted: Readonly<Record<Exclude<MetricName, 'MaterialUnderOtherRoots'>, string>> = {
  ScheduleFailures: 'A schedule failed for a key; what was due still is. The log of its function says why.',
  PendingDeletionKeyUse: 'Somebody uses a key that is about to be deleted. The logs say who, and of which key.',
  RelatedKeysWaiting:
    'Multi-Region keys in other Regions have not heard of changes: a Region cannot be reached. The log says which.',
  KeyMaterialExpiring: 'Imported key material expires within a week; import it again, or data cannot be read.',
};

const period = Duration.minutes(5);
/** Records are delivered in two minutes; one that failed once, after the time in which its message was hidden. */
const lateSeconds = 15 * 60;

/** Calls in five minutes that fail on our side before it is trouble: one alone is a client's to try again. */
const mostFailedCalls = 5;

/** Tells the owner of trouble, on a topic. */
export class Alarms extends Construct {
  readonly topic: ITopic;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { failedSchedules, undeliveredRecords, auditRecords, api } = props;
    this.topic = props.topic ?? this.newTopic();
    const action = new SnsAction(this.topic);
    const watch = (name: string, alarmDescription: string, metric: IMetric, threshold = 0) => {
      const alarm = new Alarm(this, name, {
        alarmDescription,
        metric,
        threshold,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: TreatMissingData.NOT_BREACHING, // nothing happened, so nothing was counted
      });
      alarm.addAlarmAction(action);
    };
    const waitingIn = (queue: Queue) =>
      queue.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM });

    for (const [metricName, description] of Object.entries(counted)) {
      watch(
        metricName,
        description,
        new Metric({ namespace: metricNamespace, metricName, period, statistic: Stats.SUM }),
      );
    }
    watch('FailedSchedules', 'A schedule failed again and again, or could not be run.', waitingIn(failedSchedules));
    watch('UndeliveredRecords', 'Audit records could not be delivered and wait aside.', waitingIn(undeliveredRecords));
    const failed = api.metricServerError({ period, statistic: Stats.SUM });
    watch('FailedCalls', 'Calls fail with KMSInternalException; the logs say why.', failed, mostFailedCalls);
    watch(
      'LateRecords',
      'Audit records wait for their delivery. The log of its function says why; none is lost for 14 days.',
      auditRecords.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM }),
      lateSeconds,
    );
  }

  private newTopic(): ITopic {
    const { partition, region, account } = Stack.of(this);
    // Not encrypted: alarms could not publish under the key of SNS, and say nothing that is secret.
    const topic = new Topic(this, 'Topic', { displayName: `${Stack.of(this).stackName} alarms`, enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { ArnLike: { 'aws:SourceArn': `arn:${partition}:cloudwatch:${region}:${account}:alarm:*` } },
      }),
    );
    new CfnOutput(this, 'TopicArn', { value: topic.topicArn, description: 'Subscribe to hear of trouble' });
    return topic;
  }
}
