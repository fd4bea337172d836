import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  AccessLogField as field,
  LogGroupLogDestination,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { accept } from './accepted.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import { resourcePolicy } from './resource-policy.ts';

/** How often the API may be called: what is more is answered with ThrottlingException, and tried again by clients. */
export interface Throttle {
  /** Calls a second to each operation, in the long run; 1 or more. @default 1000 */
  readonly ratePerSecond?: number;
  /** Calls at once to each operation; 1 or more. @default 500 */
  readonly burst?: number;
}

export interface GatewayApiProps {
  readonly installation: string;
  /** Of the access log. */
  readonly removal: RemovalPolicy;
  readonly trustedAccounts: readonly string[];
  readonly routerCallers: readonly string[];
  readonly throttle: Throttle;
  /** Whether the account's role for the logs of API Gateway is there, and set for the Region. */
  readonly logRole: 'make' | 'existing';
  /** Through which alone the API is called: then it is private. */
  readonly privateEndpoint?: IVpcEndpoint | undefined;
}

const stage = 'prod';

/** The front door. Every method asks for IAM's `execute-api:Invoke`, and so stands for the caller's identity policies. */
export class GatewayApi extends Construct {
  readonly api: RestApi;
  /** Where clients send their calls, without a slash at the end. */
  readonly endpoint: string;

  constructor(scope: Construct, id: string, props: GatewayApiProps) {
    super(scope, id);
    const { installation, removal, throttle, trustedAccounts, privateEndpoint } = props;
    const { account } = Stack.of(this); // a token in a stack for any account: then nobody can tell
    if (trustedAccounts.includes(account)) {
      throw new Error(`${this.node.path}: trustedAccounts are other accounts; ${account} is our own`);
    }
    const log = new LogGroup(this, 'AccessLog', { retention: RetentionDays.ONE_YEAR, removalPolicy: removal });
    const vpcEndpoints = privateEndpoint && [privateEndpoint];
    const policy = resourcePolicy({ ...props, stage, vpcEndpointIds: vpcEndpoints?.map((each) => each.vpcEndpointId) });
    this.api = new RestApi(this, 'Default', {
      restApiName: installation,
      endpointConfiguration: vpcEndpoints
        ? { types: [EndpointType.PRIVATE], vpcEndpoints }
        : { types: [EndpointType.REGIONAL] },
      ...(policy && { policy }),
      defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
      // API Gateway writes logs in one role for the whole account and Region.
      ...(props.logRole === 'make'
        ? { cloudWatchRole: true, cloudWatchRoleRemovalPolicy: removal }
        : { cloudWatchRole: false }),
      deployOptions: {
        stageName: stage,
        throttlingRateLimit: throttle.ratePerSecond ?? 1000,
        throttlingBurstLimit: throttle.burst ?? 500,
        accessLogDestination: new LogGroupLogDestination(log),
        accessLogFormat,
      },
    });
    addGatewayResponses(this.api);
    acceptFindings(this.api);
    const { region, urlSuffix } = Stack.of(this);
    const host = privateEndpoint ? `${this.api.restApiId}-${privateEndpoint.vpcEndpointId}` : this.api.restApiId;
    this.endpoint = `https://${host}.execute-api.${region}.${urlSuffix}/${stage}`;
  }

  /** Of the route of an operation, as identity policies name it. */
  arnOf(operation: string): string {
    return this.api.arnForExecuteApi('POST', `/${operation}`, stage);
  }
}

const acceptFindings = (api: RestApi): void => {
  accept(
    api,
    'APIG2',
    'The functions validate requests, and answer in the words of KMS; the gateway would in its own.',
  );
  accept(
    api,
    'APIG3',
    'Every call is signed and throttled. A web ACL costs money by the month, and is for the owner to add.',
  );
  accept(
    api,
    'APIG6',
    'The access log has every call. Execution logs could hold plaintexts, and nothing expires them.',
  );
  accept(api, 'COG4', 'AWS_IAM authorizes every method, as for KMS itself.');
  const pushLogs = 'Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs';
  accept(
    api,
    `IAM4[${pushLogs}]`,
    'The role is for the logs of every API of the account, as AWS made that policy for it.',
  );
};

/** A line of JSON for each call, those that the gateway itself refused among them: nothing else has these on record. */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: field.contextRequestId(),
    extendedRequestId: field.contextExtendedRequestId(),
    time: field.contextRequestTime(),
    sourceIp: field.contextIdentitySourceIp(),
    userAgent: field.contextIdentityUserAgent(),
    caller: field.contextIdentityUserArn(),
    account: field.contextIdentityAccountId(),
    method: field.contextHttpMethod(),
    path: field.contextResourcePath(),
    status: field.contextStatus(),
    refused: field.contextErrorResponseType(),
    milliseconds: field.contextResponseLatency(),
    functionMilliseconds: field.contextIntegrationLatency(),
    bytes: field.contextResponseLength(),
  }),
);
