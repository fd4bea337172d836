import { expect, it } from 'vitest';
import { schedules } from '../../lambdas/schedules/index.ts';
import { referenceOf, resourcesOf, synthesise } from './synthesis.ts';

const template = synthesise();
const names = new Map<string, string>(
  resourcesOf(template, 'AWS::Lambda::Function').map(([id, { Properties }]) => [id, Properties.Code.ZipFile]),
);
const [failed, ...moreQueues] = resourcesOf(template, 'AWS::SQS::Queue').filter(([id]) => id.startsWith('Schedules'));
const failedId = failed?.[0];
const rules = resourcesOf(template, 'AWS::Events::Rule');
const scheduled = ['MakeAuditDigests', ...schedules.map(({ name }) => name)].toSorted();

it('has EventBridge run each schedule as often as it says', () => {
  const made = rules.map(([, { Properties }]) => {
    const [target, ...others] = Properties.Targets;
    expect(others).toEqual([]);
    return [names.get(referenceOf(target.Arn)), Properties.ScheduleExpression, Properties.State];
  });
  const rateOf = (minutes: number) => (minutes === 24 * 60 ? 'rate(1 day)' : `rate(${minutes} minutes)`);
  const declared = schedules.map(({ name, everyMinutes }) => [name, rateOf(everyMinutes), 'ENABLED']);
  const digests = ['MakeAuditDigests', 'cron(10 * * * ? *)', 'ENABLED'];
  expect(made.toSorted()).toEqual([...declared, digests].toSorted());
  expect(made).toContainEqual(['RotateKeys', 'rate(15 minutes)', 'ENABLED']);
});

it('lets EventBridge, and nobody else, call the functions by their rules', () => {
  const permissions = resourcesOf(template, 'AWS::Lambda::Permission').map(([, { Properties }]) => {
    expect(Properties).toMatchObject({ Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com' });
    const rule = rules.find(([id]) => id === referenceOf(Properties.SourceArn))?.[1].Properties;
    expect(referenceOf(rule.Targets[0].Arn)).toBe(referenceOf(Properties.FunctionName));
    return names.get(referenceOf(Properties.FunctionName));
  });
  expect(permissions.toSorted()).toEqual(scheduled);
});

it('tries each again when it fails, then leaves word in one queue, for what was not delivered too', () => {
  expect(moreQueues).toEqual([]);
  for (const [, { Properties }] of rules) {
    const [target] = Properties.Targets;
    expect(target.RetryPolicy).toEqual({ MaximumRetryAttempts: 2 });
    expect(referenceOf(target.DeadLetterConfig.Arn)).toBe(failedId);
  }
  // Lambda tries each twice more unless told otherwise.
  expect(resourcesOf(template, 'AWS::Lambda::EventInvokeConfig')).toEqual([]);
  const telling = resourcesOf(template, 'AWS::Lambda::Function').flatMap(([id, { Properties }]) => {
    if (Properties.DeadLetterConfig === undefined) return [];
    expect(referenceOf(Properties.DeadLetterConfig.TargetArn)).toBe(failedId);
    return [names.get(id)];
  });
  expect(telling.toSorted()).toEqual(scheduled);
});

it('lets only the rules put into that queue from outside', () => {
  const policy = resourcesOf(template, 'AWS::SQS::QueuePolicy').find(
    ([, { Properties }]) => referenceOf(Properties.Queues[0]) === failedId,
  )?.[1].Properties.PolicyDocument;
  const allowed = policy.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
  const senders = allowed.map((statement: { Condition: { ArnEquals: Record<string, unknown> } }) => {
    expect(statement).toMatchObject({ Action: 'sqs:SendMessage', Principal: { Service: 'events.amazonaws.com' } });
    return referenceOf(statement.Condition.ArnEquals['aws:SourceArn']);
  });
  expect(senders.toSorted()).toEqual(rules.map(([id]) => id).toSorted());
});

it('gives a pass five minutes', () => {
  const functions = resourcesOf(template, 'AWS::Lambda::Function').filter(([id]) => id.startsWith('Schedules'));
  expect(functions).toHaveLength(schedules.length);
  for (const [, { Properties }] of functions) {
    expect(Properties.Timeout).toBe(300);
    expect(Properties.ReservedConcurrentExecutions).toBeUndefined();
  }
});
