import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';
import { eventOf } from '../lambdas/audit/world.ts';
import type { Assembly, RunningStack } from './assembly.ts';
import type { Deployed } from './deployed-function.ts';
import { letsServiceIn } from './iam.ts';
import type { Made } from './template.ts';

/** A client of SQS in the role of a function, as AWS itself acts for it. */
const queuesOf = ({ session }: Deployed, { region }: RunningStack, { aws }: Assembly) =>
  new SQSClient({ region, endpoint: aws.endpoint, credentials: session });

/**
 * Fires the rule of a function as EventBridge does: the function must let the rule in; it is tried again as often as
 * Lambda does, and what failed for good goes where it says, in the role of the function.
 *
 * @returns whether one of the attempts succeeded
 * @throws {Error} when the rule could not reach the function, or word of its failure nobody
 */
export const fire = async (assembly: Assembly, stack: RunningStack, name: string): Promise<boolean> => {
  const fn = stack.functionNamed(name);
  const rules = stack.ofType('AWS::Events::Rule').filter(({ properties }) => properties.Targets[0].Arn === fn.made.arn);
  const [rule, ...more] = rules;
  if (rule === undefined || more.length > 0) throw new Error(`${name} has ${rules.length} rules`);
  const { State, Targets } = rule.properties;
  const [{ Input, DeadLetterConfig }, ...others] = Targets;
  if (State !== 'ENABLED' || others.length > 0) throw new Error(`the rule of ${name} does not fire it alone`);
  letRuleIn(assembly, stack, rule, fn.made, DeadLetterConfig.Arn);
  const event = Input === undefined ? { source: 'aws.events', resources: [rule.arn] } : JSON.parse(Input);
  for (let attempt = 0; attempt <= lambdaRetries; attempt += 1) {
    if (!(await fn.invoke(event)).failed) return true;
  }
  const QueueUrl = urlOf(fn.made.properties.DeadLetterConfig.TargetArn, stack);
  await queuesOf(fn, stack, assembly).send(
    new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ event }) }),
  );
  return false;
};

const urlOf = (queueArn: string, { region, account }: RunningStack): string =>
  `https://sqs.${region}.amazonaws.com/${account}/${queueArn.split(':').at(-1)}`;

const letRuleIn = ({ aws }: Assembly, stack: RunningStack, rule: Made, fn: Made, deadLetters: string): void => {
  const permission = stack
    .ofType('AWS::Lambda::Permission')
    .find(({ properties }) => properties.FunctionName === fn.arn && properties.SourceArn === rule.arn);
  const { Principal, Action } = permission?.properties ?? {};
  if (Principal !== 'events.amazonaws.com' || Action !== 'lambda:InvokeFunction') {
    throw new Error(`${fn.name} does not let ${rule.id} in`);
  }
  const ask = { action: 'sqs:SendMessage', resource: deadLetters, context: { 'aws:SourceArn': rule.arn } };
  if (!letsServiceIn('events.amazonaws.com', ask, aws.policyOf(deadLetters))) {
    throw new Error(`${rule.id} may not leave what failed in ${deadLetters}`);
  }
};

/** What Lambda does unless told otherwise. */
const lambdaRetries = 2;

/** Messages. */
export interface Delivered {
  readonly count: number;
  readonly left: number;
}

/**
 * Hands the function behind a queue what waits there, in batches, as Lambda does in the role of that function. What the
 * function does not report as failed leaves the queue.
 *
 * @returns how many messages were handed over, and how many of them come again
 */
export const deliver = async (assembly: Assembly, stack: RunningStack): Promise<Delivered> => {
  const [mapping, ...more] = stack.ofType('AWS::Lambda::EventSourceMapping');
  if (mapping === undefined || more.length > 0) throw new Error('there is to be one event source mapping');
  const { EventSourceArn, FunctionName, BatchSize, FunctionResponseTypes } = mapping.properties;
  if (FunctionResponseTypes[0] !== 'ReportBatchItemFailures') throw new Error('all would come again');
  const fn = stack.functionOf(FunctionName);
  const sqs = queuesOf(fn, stack, assembly);
  const QueueUrl = urlOf(EventSourceArn, stack);
  await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  const left: string[] = [];
  let count = 0;
  for (;;) {
    const batch: Message[] = [];
    while (batch.length < BatchSize) {
      const wanted = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 };
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(wanted));
      if (Messages.length === 0) break;
      batch.push(...Messages);
    }
    if (batch.length === 0) break;
    count += batch.length;
    const { payload, failed } = await fn.invoke(eventOf(batch));
    if (failed) throw new Error(payload);
    const { batchItemFailures }: SQSBatchResponse = JSON.parse(payload);
    const again = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const handles = (wanted: boolean) =>
      batch.flatMap(({ MessageId = '', ReceiptHandle = '' }) =>
        again.has(MessageId) === wanted ? [ReceiptHandle] : [],
      );
    left.push(...handles(true));
    const done = handles(false);
    for (let at = 0; at < done.length; at += 10) {
      const Entries = done.slice(at, at + 10).map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  }
  sqs.destroy();
  await showAgain(assembly, stack, EventSourceArn, left);
  return { count, left: left.length };
};

/** What was not delivered is seen again after a while, which nobody waits for here. */
const showAgain = async ({ aws }: Assembly, stack: RunningStack, queueArn: string, handles: readonly string[]) => {
  const sqs = operatorsQueues(aws, stack);
  const QueueUrl = localUrlOf(queueArn);
  for (const ReceiptHandle of handles) {
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  }
  sqs.destroy();
};

/** Puts messages into a queue of a stack, past all policies. */
export const enqueue = async ({ aws }: Assembly, stack: RunningStack, queueArn: string, bodies: readonly string[]) => {
  const sqs = operatorsQueues(aws, stack);
  const QueueUrl = localUrlOf(queueArn);
  for (const MessageBody of bodies) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  sqs.destroy();
};

const operatorsQueues = (aws: Assembly['aws'], { region }: RunningStack) =>
  new SQSClient({ region, endpoint: aws.behind.get(region)?.endpoint ?? '', credentials: operator });

const localUrlOf = (queueArn: string): string => `http://sqs/000000000000/${queueArn.split(':').at(-1)}`;

const operator = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'none' };

/** Asks a custom resource as CloudFormation does. @returns what the function tells CloudFormation */
export const askCustomResource = async (
  stack: RunningStack,
  id: string,
  event: object,
): Promise<Record<string, unknown>> => {
  const resource = stack.ofType('Custom::ServerlessKmsKey').find((each) => each.id === id);
  const { ServiceToken, ...ResourceProperties } = resource?.properties ?? {};
  let told: Record<string, unknown> = {};
  const server = createServer(async (request, response) => {
    told = (await json(request)) as Record<string, unknown>; // CloudFormation takes objects
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const asked = { StackId: stack.stackName, RequestId: 'r1', LogicalResourceId: id, ResourceProperties };
  const ResponseURL = `http://127.0.0.1:${port}/`;
  const { failed, payload } = await stack.functionOf(ServiceToken).invoke({ ...asked, ResponseURL, ...event });
  server.close();
  if (failed) throw new Error(payload);
  return told;
};
