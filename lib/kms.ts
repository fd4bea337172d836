import { CfnOutput, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Code, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { OperationName } from '../lambdas/operations/index.ts';
import { Alarms } from './alarms.ts';
import { AuditQueue } from './audit-queue.ts';
import { AuditTrail } from './audit-trail.ts';
import { bundleOf } from './bundles.ts';
import { KmsDashboard } from './dashboard.ts';
import type { CodeProps } from './function.ts';
import { GatewayApi, type Throttle } from './gateway-api.ts';
import { type InstallationRegions, otherThan } from './installation-regions.ts';
import { type KeyProps, KmsKey, newKeyProvider } from './key-resource.ts';
import { OperationFunctions } from './operation-functions.ts';
import { PrivateEndpoint } from './private-endpoint.ts';
import { Root, type RootKind } from './root.ts';
import type { RootVersions } from './root-versions.ts';
import { ScheduleFunctions } from './schedule-functions.ts';
import { Tables } from './tables.ts';

export interface KmsProps {
  /**
   * Names the tables, the functions and the root, and goes into the derivation of keys: to change it is to lose all keys.
   * 1 to 28 letters, digits, `-` and `_`, beginning with a letter. @default - the name of the stack
   */
  readonly installation?: string | undefined;
  /**
   * What all keys are wrapped under: a secret of Secrets Manager, or an HMAC key of AWS KMS that never leaves it. To
   * change it is to lose all keys. @default 'secret'
   */
  readonly rootKey?: RootKind | undefined;
  /**
   * The root keys there are; docs/deploy.md says how they are rotated. A version that was ever in force must stay until
   * nothing is under it. @default - version 1 alone
   */
  readonly rootVersions?: RootVersions | undefined;
  /** `private`: the API is called through an interface endpoint of a VPC alone. @default 'regional' */
  readonly endpoint?: 'regional' | 'private' | undefined;
  /** With `endpoint: 'private'`: where the interface endpoint is. @default - a new VPC of two isolated subnets */
  readonly vpc?: IVpc | undefined;
  /** Ids, of 12 digits, of other accounts whose identity policies may let their principals call. @default - none */
  readonly trustedAccounts?: readonly string[] | undefined;
  /**
   * Who may call `POST /`, which can do what any operation does, if identity policies let them: ARNs of users and roles,
   * with `*` and `?` as wildcards; `*` alone for all. @default - nobody: clients use `POST /<Operation>`
   */
  readonly routerCallers?: readonly string[] | undefined;
  /** How often the API may be called. @default - 1,000 calls a second to each operation, 500 at once */
  readonly throttle?: Throttle | undefined;
  /**
   * API Gateway writes its logs in one role for the account and Region: `make` sets it, `existing` leaves what is set.
   * @default 'make'
   */
  readonly gatewayLogRole?: 'make' | 'existing' | undefined;
  /** Of keys, root, audit records and logs when the stack is deleted. @default RemovalPolicy.RETAIN */
  readonly removal?: RemovalPolicy | undefined;
  /** Who is told of trouble. @default - a new topic */
  readonly alarmTopic?: ITopic | undefined;
  /** Root certificates in PEM under which attestation documents are verified. @default - such documents are refused */
  readonly attestationRoots?: string | undefined;
  /**
   * Where sister stacks of the same installation are, or are to be; the stack then has a Region in `env`. Only with
   * `rootKey: 'secret'`. @default - this one is alone
   */
  readonly regions?: InstallationRegions | undefined;
  /** The code of a function, by the name of its bundle. @default - what `npm run build` made */
  readonly code?: ((name: string) => Code) | undefined;
}

/** The service in one Region. */
export class Kms extends Construct {
  /** Where clients send their calls, without a slash at the end: `https://ID.execute-api.REGION.amazonaws.com/prod`. */
  readonly endpoint: string;
  /** On which the owner is told of trouble. */
  readonly alarmTopic: ITopic;
  readonly #gateway: GatewayApi;
  readonly #isPrivate: boolean;
  readonly #functions: CodeProps;
  readonly #operations: OperationFunctions;
  #keyProvider: IFunction | undefined;

  constructor(scope: Construct, id: string, props: KmsProps = {}) {
    super(scope, id);
    const { rootKey = 'secret', removal = RemovalPolicy.RETAIN, trustedAccounts = [], routerCallers = [] } = props;
    const lasting = { installation: this.installationOf(props), removal };
    const { tables } = new Tables(this, 'Tables', lasting);
    const { access: root } = new Root(this, 'RootSecret', {
      ...lasting,
      kind: rootKey,
      versions: props.rootVersions,
      regions: props.regions,
    });
    const { queue, undelivered } = new AuditQueue(this, 'AuditQueue', lasting);
    this.#gateway = new GatewayApi(this, 'Api', {
      ...lasting,
      trustedAccounts,
      routerCallers,
      throttle: props.throttle ?? {},
      logRole: props.gatewayLogRole ?? 'make',
      privateEndpoint: this.privateEndpointOf(props),
    });
    const { api } = this.#gateway;
    this.#isPrivate = props.endpoint === 'private';
    const functions = {
      code: props.code ?? bundleOf,
      removal: lasting.removal,
      resources: {
        tables,
        root,
        auditQueue: queue,
        installation: lasting.installation,
        attestationRoots: props.attestationRoots,
        otherRegions: props.regions ? otherThan(Stack.of(this).region, props.regions) : [],
      },
    };
    this.#functions = functions;
    this.#operations = new OperationFunctions(this, 'Operations', { api, ...functions });
    const { failed } = new ScheduleFunctions(this, 'Schedules', functions);
    new AuditTrail(this, 'AuditTrail', { ...lasting, code: functions.code, records: queue, undelivered, failed });
    const alarms = new Alarms(this, 'Alarms', {
      failedSchedules: failed,
      undeliveredRecords: undelivered,
      auditRecords: queue,
      topic: props.alarmTopic,
      api,
    });
    new KmsDashboard(this, 'Dashboard', { ...lasting, api, queues: [queue, undelivered, failed] });
    this.endpoint = this.#gateway.endpoint;
    this.alarmTopic = alarms.topic;
    new CfnOutput(this, 'KmsEndpoint', { value: this.endpoint, description: 'Of the KMS API, for clients' });
  }

  /**
   * Lets somebody of this account call operations. Which keys they may use is the keys' policies' to say, and where these
   * leave it to the account, this is enough.
   *
   * @throws {Error} when no operation is named, or the grantee has no identity policies
   */
  grantInvoke(grantee: IGrantable, ...operations: readonly OperationName[]): Grant {
    if (operations.length === 0) throw new Error(`${this.node.path}: grantInvoke is for one operation or more`);
    const resourceArns = operations.map((operation) => this.#gateway.arnOf(operation));
    const grant = Grant.addToPrincipal({ grantee, actions: ['execute-api:Invoke'], resourceArns, scope: this });
    grant.assertSuccess();
    return grant;
  }

  /**
   * Makes a key when the stack is deployed, as a custom resource does that calls this API.
   *
   * @throws {Error} when the API is private: that function is in no network
   */
  key(id: string, props: KeyProps = {}): KmsKey {
    if (this.#isPrivate) throw new Error(`${this.node.path}: key() cannot reach a private API`);
    this.#keyProvider ??= newKeyProvider(this, this.#gateway, this.#functions);
    const key = new KmsKey(this, id, { ...props, provider: this.#keyProvider });
    key.node.addDependency(this.#gateway, this.#operations); // deployed, before it is called
    return key;
  }

  private installationOf({ installation = Stack.of(this).stackName }: KmsProps): string {
    if (Token.isUnresolved(installation) || !/^[a-zA-Z][\w-]{0,27}$/.test(installation)) {
      const form = '1 to 28 letters, digits, - and _, beginning with a letter';
      throw new Error(`${this.node.path}: installation is ${form}, not ${installation}`);
    }
    return installation;
  }

  private privateEndpointOf({ endpoint = 'regional', vpc, trustedAccounts = [], removal }: KmsProps) {
    if (endpoint === 'private') {
      const props = { vpc, trustedAccounts, removal: removal ?? RemovalPolicy.RETAIN };
      return new PrivateEndpoint(this, 'PrivateEndpoint', props).endpoint;
    }
    if (vpc !== undefined) throw new Error(`${this.node.path}: vpc is for endpoint: 'private'`);
    return undefined;
  }
}
