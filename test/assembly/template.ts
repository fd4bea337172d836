import { createHash } from 'node:crypto';

/** As `cdk synth` writes it. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates are JSON that CloudFormation alone knows the types of
  readonly Properties?: any;
}

export interface Place {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
}

/** A resource with every function of the template in its properties replaced by its value. */
export interface Made {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly arn: string;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly properties: any;
}

/** A stack as CloudFormation would make it: names, ARNs and values are known. */
export interface MadeStack extends Place {
  ofType(type: string): readonly Made[];
}

/**
 * Does of CloudFormation what our templates ask: `Ref`, `Fn::GetAtt`, `Fn::Join`, `Fn::Sub` of pseudo parameters. Names
 * that the template leaves open end in signs of their own, so that nobody can have guessed them.
 *
 * @throws {Error} for anything else: a harness that guesses proves nothing
 */
export const make = ({ Resources }: Template, place: Place): MadeStack => {
  const { account, region, stackName } = place;
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::AccountId': account,
    'AWS::Region': region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/1`,
  };
  const identities = new Map<string, Identity>();

  const identityOf = (id: string): Identity => {
    const known = identities.get(id);
    if (known) return known;
    const resource = Resources[id];
    if (resource === undefined) throw new Error(`the template refers to ${id}, which it does not have`);
    const kind = kinds[resource.Type];
    if (kind === undefined) throw new Error(`${id}: what a reference to ${resource.Type} is, is not known here`);
    const given: unknown = resolve(kind.named ? resource.Properties?.[kind.named] : undefined);
    const sign = createHash('sha256').update(`${region} ${id}`).digest('hex').slice(0, 12);
    const made = kind.short ? sign.slice(0, 10) : `${stackName}-${id.slice(0, 24)}-${sign}`;
    const name = typeof given === 'string' ? given : kind.lower ? made.toLowerCase() : made;
    const identity = { name, ...kind.identify(name, place) };
    identities.set(id, identity);
    return identity;
  };

  const attributeOf = (id: string, attribute: string): string => {
    const value = identityOf(id).attributes[attribute];
    if (value === undefined) throw new Error(`${id} has no attribute ${attribute} here`);
    return value;
  };

  const functions: Readonly<Record<string, (argument: never) => unknown>> = {
    Ref: (id: string) => pseudo[id] ?? identityOf(id).ref,
    'Fn::GetAtt': ([id, attribute]: [string, string]) => attributeOf(id, attribute),
    'Fn::Join': ([separator, parts]: [string, unknown[]]) => (resolve(parts) as string[]).join(separator),
    'Fn::Sub': (text: string) =>
      text.replace(/\$\{([^}]+)\}/g, (_, name: string) => pseudo[name] ?? identityOf(name).ref),
  };

  const resolve = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(resolve);
    const entries = Object.entries(value);
    const [[name = '', argument] = []] = entries;
    if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) {
      const apply = functions[name];
      if (apply === undefined) throw new Error(`${name} is not known here`);
      return apply(argument as never); // the form that CloudFormation has for it
    }
    return Object.fromEntries(entries.map(([member, each]) => [member, resolve(each)]));
  };

  return {
    ...place,
    ofType: (type) =>
      Object.entries(Resources)
        .filter(([, resource]) => resource.Type === type)
        .map(([id, { Properties = {} }]) => {
          const { name, arn } = type in kinds ? identityOf(id) : { name: id, arn: '' };
          return { id, type, name, arn, properties: resolve(Properties) };
        }),
  };
};

interface Identity {
  readonly name: string;
  readonly ref: string;
  readonly arn: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface Kind {
  /** The property with the name, where there is one. */
  readonly named?: string;
  readonly lower?: true;
  readonly short?: true;
  identify(name: string, place: Place): Omit<Identity, 'name'>;
}

const kindOf = (
  arnOf: (name: string, place: Place) => string,
  refOf: (name: string, arn: string, place: Place) => string = (name) => name,
  more: (name: string) => Readonly<Record<string, string>> = () => ({}),
) => ({
  identify(name: string, place: Place) {
    const arn = arnOf(name, place);
    return { arn, ref: refOf(name, arn, place), attributes: { Arn: arn, ...more(name) } };
  },
});
const inRegion =
  (service: string, resource = '') =>
  (name: string, { account, region }: Place) =>
    `arn:aws:${service}:${region}:${account}:${resource}${name}`;
const toArn = (_name: string, arn: string) => arn;
const noArn = () => '';

/** What `Ref` and `Fn::GetAtt` are, as the CloudFormation Template Reference says under "Return values". */
const kinds: Readonly<Record<string, Kind>> = {
  'AWS::ApiGateway::Account': kindOf(noArn),
  'AWS::ApiGateway::Deployment': kindOf(noArn),
  'AWS::ApiGateway::Resource': { ...kindOf(noArn), short: true },
  'AWS::ApiGateway::RestApi': {
    ...kindOf(inRegion('execute-api'), undefined, (name) => ({ RootResourceId: `${name}-root` })),
    short: true,
  },
  'AWS::ApiGateway::Stage': { named: 'StageName', ...kindOf(noArn) },
  'AWS::DynamoDB::Table': { named: 'TableName', ...kindOf(inRegion('dynamodb', 'table/')) },
  'AWS::Events::Rule': kindOf(inRegion('events', 'rule/')),
  'AWS::IAM::Role': { named: 'RoleName', ...kindOf((name, { account }) => `arn:aws:iam::${account}:role/${name}`) },
  'AWS::KMS::Key': kindOf(inRegion('kms', 'key/')),
  'AWS::Lambda::Function': { named: 'FunctionName', ...kindOf(inRegion('lambda', 'function:')) },
  'AWS::Logs::LogGroup': {
    named: 'LogGroupName',
    ...kindOf((name, place) => `${inRegion('logs', 'log-group:')(name, place)}:*`),
  },
  'AWS::S3::Bucket': { named: 'BucketName', lower: true, ...kindOf((name) => `arn:aws:s3:::${name}`) },
  'AWS::SecretsManager::Secret': {
    named: 'Name',
    ...kindOf((name, place) => `${inRegion('secretsmanager', 'secret:')(name, place)}-${secretSigns}`, toArn),
  },
  'AWS::SNS::Topic': { named: 'TopicName', ...kindOf(inRegion('sns'), toArn, (name) => ({ TopicName: name })) },
  'AWS::SQS::Queue': {
    named: 'QueueName',
    ...kindOf(
      inRegion('sqs'),
      (name, _arn, { account, region }) => `https://sqs.${region}.amazonaws.com/${account}/${name}`,
      (name) => ({ QueueName: name }),
    ),
  },
};

/** What Secrets Manager ends an ARN with; replicas have it too. */
export const secretSigns = 'a1B2c3';
