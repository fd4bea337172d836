import { expect, it } from 'vitest';
import { referenceOf, resourcesOf, synthesise } from './synthesis.ts';

const template = synthesise();
const alarmsOf = (stack: typeof template) =>
  resourcesOf(stack, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
/** Of calls that fail on our side, and of records that wait, in seconds. */
const thresholds: Readonly<Record<string, number>> = { '5XXError': 5, ApproximateAgeOfOldestMessage: 900 };
const [[topic] = [''], ...moreTopics] = resourcesOf(template, 'AWS::SNS::Topic');

it('sounds for one count of any metric of the log, one message in a queue of failures, and audit records that wait', () => {
  const queues = resourcesOf(template, 'AWS::SQS::Queue').map(([id]) => id);
  const watched = alarmsOf(template).map(({ Namespace, MetricName, Dimensions = [], ...how }) => {
    const ofApi = Namespace === 'AWS/ApiGateway';
    expect(how).toMatchObject({
      Threshold: thresholds[MetricName] ?? 0,
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
      AlarmDescription: expect.stringMatching(/\.$/),
    });
    if (Namespace === 'ServerlessKms') expect([Dimensions, how.Statistic]).toEqual([[], 'Sum']);
    const [queue] = Dimensions.map(({ Value }: { Value: unknown }) => referenceOf(Value));
    if (ofApi) expect(Dimensions).toEqual([{ Name: 'ApiName', Value: 'serverless-kms' }]);
    return Namespace === 'AWS/SQS' ? `${MetricName} ${queue.replace(/[0-9A-F]{8}$/, '')}` : MetricName;
  });
  expect(watched.toSorted()).toEqual([
    '5XXError',
    'ApproximateAgeOfOldestMessage AuditQueueRecords',
    'ApproximateNumberOfMessagesVisible AuditQueueUndelivered',
    'ApproximateNumberOfMessagesVisible SchedulesFailed',
    'KeyMaterialExpiring',
    'PendingDeletionKeyUse',
    'RelatedKeysWaiting',
    'ScheduleFailures',
  ]);
  expect(queues).toHaveLength(3);
});

it('tells a topic of the stack, which takes word from its alarms alone, over TLS', () => {
  expect(moreTopics).toEqual([]);
  for (const { AlarmActions } of alarmsOf(template)) expect(AlarmActions.map(referenceOf)).toEqual([topic]);
  const [policy] = resourcesOf(template, 'AWS::SNS::TopicPolicy').map(([, { Properties }]) => Properties);
  expect(policy.Topics.map(referenceOf)).toEqual([topic]);
  expect(policy.PolicyDocument.Statement).toMatchObject([
    { Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    { Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' }, Action: 'sns:Publish' },
  ]);
  expect(referenceOf(policy.PolicyDocument.Statement[1].Condition.ArnLike['aws:SourceArn'])).toMatch(/:alarm:\*$/);
  const outputs = Object.values(template.findOutputs('*')).map(({ Value }) => referenceOf(Value));
  expect(outputs).toContain(topic);
});

it('tells the topic that the owner names instead', () => {
  const arn = 'arn:aws:sns:us-east-1:111122223333:pager';
  const stack = synthesise({ alarmTopic: arn });
  stack.resourceCountIs('AWS::SNS::Topic', 0);
  for (const { AlarmActions } of alarmsOf(stack)) expect(AlarmActions).toEqual([arn]);
  expect(() => synthesise({ alarmTopic: 'pager' })).toThrow(
    'alarmTopic is the ARN of an SNS topic, or several with commas between, not pager',
  );
});
