import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Principal } from '../../local/principals.ts';
import type { ApiGateway } from '../gateway/api-gateway.ts';
import { type AwsGateway, startAwsGateway } from './aws-gateway.ts';
import { type Clock, newClock } from './clock.ts';
import { startFrontDoor } from './front-door.ts';
import { type Invoke, type Invoked, loadFunction } from './functions.ts';
import { rolesOf } from './iam.ts';
import { newSession, type Session } from './sessions.ts';
import type { Synthesised, SynthesisedStack } from './synthesised.ts';
import { type Made, type MadeStack, make } from './template.ts';

/** The account that everything is deployed to. */
export const account = '111122223333';

/** A function of the template as it is deployed. */
export interface Deployed {
  readonly made: Made;
  readonly session: Session;
  /** What it has written, each line parsed. */
  readonly log: Readonly<Record<string, unknown>>[];
  invoke(event: unknown): Promise<Invoked>;
  /** Has the next call start anew. */
  endEnvironment(): void;
}

/** A stack that runs here. */
export interface RunningStack extends MadeStack {
  readonly api: ApiGateway;
  readonly functions: ReadonlyMap<string, Deployed>;
  /** By its name or ARN. */
  functionOf(name: string): Deployed;
  /** By the name of its operation or schedule. */
  functionNamed(name: string): Deployed;
}

export interface Assembly {
  readonly aws: AwsGateway;
  readonly clock: Clock;
  /** The home Region's first. */
  readonly stacks: readonly RunningStack[];
  readonly sessions: readonly Session[];
  stop(): Promise<void>;
}

/**
 * Deploys what was synthesised to this machine: tables, queues and buckets as the templates have them, every function with
 * its bundle, its environment and its role, and AWS in front of all, which lets nobody do what his role does not allow.
 */
export const deploy = async (synthesised: Synthesised, principals: readonly Principal[]): Promise<Assembly> => {
  const clock = newClock();
  const parts = synthesised.stacks.map((stack) => ({ stack, made: make(stack.template, { ...stack, account }) }));
  const sessions: Session[] = [];
  const running: RunningStack[] = [];
  const sessionsByRole = new Map<string, Session>();
  for (const { made } of parts) {
    for (const role of rolesOf(made)) {
      const session = newSession(role, account, role.name.slice(0, 30), made.region);
      sessions.push(session);
      sessionsByRole.set(role.arn, session);
    }
  }
  const sessionOf = (roleArn: string): Session => {
    const found = sessionsByRole.get(roleArn);
    if (found === undefined) throw new Error(`there is no role ${roleArn}`);
    return found;
  };
  const aws = await startAwsGateway({
    stacks: parts.map(({ made }) => made),
    sessions,
    invoke: async (region, name, event) => {
      const stack = running.find((each) => each.region === region);
      if (stack === undefined) throw new Error(`there is no function ${name} in ${region}`);
      return stack.functionOf(name).invoke(event);
    },
  });
  for (const { stack, made } of parts) {
    await makeStores(made, aws);
    const functions = new Map<string, Deployed>();
    const functionOf = (name: string): Deployed => {
      const found = functions.get(name.replace(/^arn:.*:/, ''));
      if (found === undefined) throw new Error(`there is no function ${name}`);
      return found;
    };
    const invoke: Invoke = (name, event) => functionOf(name).invoke(event);
    const api = await startFrontDoor({
      stack: made,
      principals: [...principals, ...sessions],
      invoke,
      sessionOf,
      note: ({ accessKeyId }, ask) => {
        const session = sessions.find((each) => each.accessKeyId === accessKeyId);
        session?.asked.set(`${ask.action} ${ask.resource}`, ask);
      },
      require: (session, resource) => aws.require(session, { action: 'lambda:InvokeFunction', resource }),
    });
    for (const fn of made.ofType('AWS::Lambda::Function')) {
      const session = sessionOf(fn.properties.Role);
      functions.set(fn.name, deployFunction(fn, { stack, made, session, aws, api, clock }));
    }
    const functionNamed = (name: string): Deployed => {
      const found = [...functions.values()].find((fn) => fn.made.properties.Description === `KMS ${name}`);
      if (found === undefined) throw new Error(`there is no function for ${name}`);
      return found;
    };
    running.push({ ...made, api, functions, functionOf, functionNamed });
  }
  return {
    aws,
    clock,
    stacks: running,
    sessions,
    async stop() {
      for (const { api } of running) await api.close();
      await aws.stop();
    },
  };
};

interface Surroundings {
  readonly stack: SynthesisedStack;
  readonly made: MadeStack;
  readonly session: Session;
  readonly aws: AwsGateway;
  readonly api: ApiGateway;
  readonly clock: Clock;
}

/** What Lambda sets itself, and no template may. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const reserved = /^(AWS_(?!PROFILE|RETRY|MAX)|LAMBDA_|_HANDLER|_X_AMZN)/;

const deployFunction = (made: Made, { stack, made: place, session, aws, api, clock }: Surroundings): Deployed => {
  const { name, properties } = made;
  const { Code, Environment = {}, Handler, LoggingConfig, Timeout } = properties;
  const variables: Record<string, string> = Environment.Variables ?? {};
  const wrong = Object.entries(variables).filter(([key, value]) => reserved.test(key) || typeof value !== 'string');
  if (wrong.length > 0) throw new Error(`${name}: Lambda would refuse the variables ${wrong.join('; ')}`);
  if (!session.role.services.includes('lambda.amazonaws.com')) throw new Error(`${name}: its role is not for Lambda`);
  const { region, account } = place;
  // What is called by a URL of its own is where that says.
  const ofApi = `https://${api.api.apiId}.execute-api.${region}.amazonaws.com/${api.api.stage}`;
  const atHome = (value: string) =>
    value.replace(ofApi, api.endpoint).replace(`https://sqs.${region}.amazonaws.com`, aws.endpoint);
  const environment = {
    ...Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, atHome(value)])),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
    AWS_ENDPOINT_URL: aws.endpoint,
    TZ: ':UTC',
  };
  const log: Record<string, unknown>[] = [];
  const logStream = `arn:aws:logs:${region}:${account}:log-group:${LoggingConfig.LogGroup}:log-stream:1`;
  let loaded: ReturnType<typeof loadFunction> | undefined;
  const load = () => {
    aws.require(session, { action: 'logs:CreateLogStream', resource: logStream });
    return loadFunction({
      folder: stack.assetOf(Code.S3Key),
      handler: Handler,
      environment,
      timeoutSeconds: Timeout,
      clock,
      log: (line) => log.push(JSON.parse(line)),
    });
  };
  return {
    made,
    session,
    log,
    async invoke(event) {
      loaded ??= load();
      const invoked = await loaded(event);
      aws.require(session, { action: 'logs:PutLogEvents', resource: logStream }); // of its start and end at least
      return invoked;
    },
    endEnvironment() {
      loaded = undefined;
    },
  };
};

const anybody = { accessKeyId: 'AKIAEXAMPLEEXAMPLE00', secretAccessKey: 'none' };

/** Tables, queues and buckets, under the names that CloudFormation gives them. */
const makeStores = async (made: MadeStack, aws: AwsGateway): Promise<void> => {
  const endpoint = aws.behind.get(made.region)?.endpoint ?? '';
  const client = { endpoint, region: made.region, credentials: anybody };
  const [dynamoDb, sqs, s3] = [new DynamoDBClient(client), new SQSClient(client), new S3Client(client)];
  for (const { name, properties } of made.ofType('AWS::DynamoDB::Table')) {
    const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = properties;
    const table = { TableName: name, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode };
    await dynamoDb.send(new CreateTableCommand(table as CreateTableCommandInput)); // the same members in CloudFormation
  }
  for (const { name } of made.ofType('AWS::SQS::Queue')) await sqs.send(new CreateQueueCommand({ QueueName: name }));
  for (const { name } of made.ofType('AWS::S3::Bucket')) await s3.send(new CreateBucketCommand({ Bucket: name }));
  for (const each of [dynamoDb, sqs, s3]) each.destroy();
};
