import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { accept } from './accepted.ts';

export interface PrivateEndpointProps {
  /** The network from which the API is called. @default - a new one, of two isolated subnets without a way to the Internet */
  readonly vpc?: IVpc | undefined;
  /** Accounts whose principals may call through the endpoint besides our own. */
  readonly trustedAccounts: readonly string[];
  /** Of the flow log of a new network. */
  readonly removal: RemovalPolicy;
}

/** The interface endpoint through which a private API is called, and no API of others. */
export class PrivateEndpoint extends Construct {
  readonly endpoint: InterfaceVpcEndpoint;

  constructor(scope: Construct, id: string, { vpc, trustedAccounts, removal }: PrivateEndpointProps) {
    super(scope, id);
    const network = vpc ?? this.newVpc(removal);
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: network,
      description: 'TLS from inside the network to the KMS API',
      allowAllOutbound: false,
    });
    securityGroup.addIngressRule(Peer.ipv4(network.vpcCidrBlock), Port.tcp(443), 'TLS from inside');
    accept(
      securityGroup,
      'EC23',
      'Open to the range of the network alone, which the rule cannot read before deployment.',
    );
    this.endpoint = new InterfaceVpcEndpoint(this, 'Endpoint', {
      vpc: network,
      service: InterfaceVpcEndpointAwsService.APIGATEWAY,
      securityGroups: [securityGroup],
      // Clients name the endpoint in the host, so that other APIs can be called from this network as before.
      privateDnsEnabled: false,
      open: false,
    });
    const { account } = Stack.of(this);
    this.endpoint.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()], // an account here would be its root user alone
        actions: ['execute-api:Invoke'],
        // Not one API: it names this endpoint, and the endpoint cannot name it too.
        resources: [Stack.of(this).formatArn({ service: 'execute-api', resource: '*' })],
        conditions: { StringEquals: { 'aws:PrincipalAccount': [account, ...trustedAccounts] } },
      }),
    );
  }

  private newVpc(removal: RemovalPolicy): IVpc {
    const vpc = new Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'kms', subnetType: SubnetType.PRIVATE_ISOLATED }],
      restrictDefaultSecurityGroup: false, // nothing is in it, and closing it takes a function of its own
    });
    const logGroup = new LogGroup(this, 'FlowLogs', { retention: RetentionDays.THREE_MONTHS, removalPolicy: removal });
    vpc.addFlowLog('FlowLog', { destination: FlowLogDestination.toCloudWatchLogs(logGroup) });
    return vpc as IVpc; // which the CDK writes without exactOptionalPropertyTypes in mind
  }
}
