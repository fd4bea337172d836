import type { ApiGateway } from '../gateway/api-gateway.ts';
import type { AwsGateway } from './aws-gateway.ts';
import type { Clock } from './clock.ts';
import { type Invoked, loadFunction } from './functions.ts';
import type { Session } from './sessions.ts';
import type { SynthesisedStack } from './synthesised.ts';
import type { Made, MadeStack } from './template.ts';

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

/** @throws {Error} when Lambda would not take it */
export const deployFunction = (
  made: Made,
  { stack, made: place, session, aws, api, clock }: Surroundings,
): Deployed => {
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
