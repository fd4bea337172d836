import {
  accessFor,
  byGrants,
  describedBy,
  direct,
  forCertificates,
  metadata,
  type StatementAt,
  through,
} from './managed-key-statements.ts';

/**
 * AWS managed keys: a service has one in each account that uses it, under the alias `alias/aws/<service>`. Nobody in the
 * account can change it, and it works through the service only. Keys that AWS owns are in no account and not here.
 * https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key
 */
export interface ManagedKey {
  /** Ends the description: "Default key that protects my … when no other key is defined". */
  readonly protects: string;
  readonly policyId: string;
  readonly statements: readonly StatementAt[];
  /** ListAliases shows the alias before there is a key. */
  readonly predefined?: true;
}

const usual = (title: string, service: string): readonly StatementAt[] => [
  through(accessFor(title), service, byGrants),
  metadata(true),
];
const withoutGrants = (title: string, service: string): readonly StatementAt[] => [
  through(accessFor(title), service, direct),
  metadata(false),
];
const secrets = accessFor('AWS Secrets Manager');
const redshift = ['RedShift', 'RedShift-Serverless'].map((title) =>
  through(accessFor(title), title.toLowerCase(), byGrants),
);

/** By service. Policies as public accounts show them; the services are those that had a key of their own by 2021. */
const managedKeys: Readonly<Record<string, ManagedKey>> = {
  acm: { protects: 'ACM private keys', policyId: 'auto-acm-4', statements: forCertificates, predefined: true },
  backup: {
    protects: 'Backup data',
    policyId: 'auto-backup-1',
    statements: [
      through(accessFor('Backup', 'Backup Storage'), 'backup', [
        'kms:CreateGrant',
        'kms:Decrypt',
        'kms:GenerateDataKey*',
      ]),
      metadata(true),
    ],
  },
  dynamodb: {
    protects: 'DynamoDB data',
    policyId: 'auto-dynamodb-3',
    statements: [
      ...usual('Amazon DynamoDB', 'dynamodb.*'),
      describedBy('Allow DynamoDB to directly describe the key', 'dynamodb'),
    ],
    predefined: true,
  },
  ebs: { protects: 'EBS volumes', policyId: 'auto-ebs-2', statements: usual('EBS', 'ec2'), predefined: true },
  elasticfilesystem: {
    protects: 'EFS filesystems',
    policyId: 'auto-elasticfilesystem-1',
    statements: [through(accessFor('EFS').replace('through', 'to'), 'elasticfilesystem', byGrants), metadata(true)],
    predefined: true,
  },
  es: {
    protects: 'Elasticsearch data',
    policyId: 'auto-es-2',
    statements: [
      ...usual('OpenSearch Service', 'es'),
      describedBy('Allow OpenSearch service principals to describe the key directly', 'es'),
    ],
    predefined: true,
  },
  glue: { protects: 'Glue data', policyId: 'auto-glue-1', statements: usual('Glue', 'glue'), predefined: true },
  kinesis: {
    protects: 'Kinesis data',
    policyId: 'auto-kinesis-1',
    statements: withoutGrants('Amazon Kinesis', 'kinesis'),
  },
  kinesisvideo: {
    protects: 'kinesis video data',
    policyId: 'auto-kinesisvideo-1',
    statements: usual('Kinesis Video Streams', 'kinesisvideo'),
    predefined: true,
  },
  lambda: {
    protects: 'Lambda functions',
    policyId: 'auto-awslambda',
    statements: usual('AWS Lambda', 'lambda'),
    predefined: true,
  },
  rds: {
    protects: 'RDS database volumes',
    policyId: 'auto-rds-2',
    statements: [through(accessFor('RDS'), 'rds', byGrants.toSpliced(-1, 0, 'kms:ListGrants')), metadata(true)],
    predefined: true,
  },
  redshift: {
    protects: 'Redshift clusters',
    policyId: 'auto-redshift-3',
    statements: [...redshift, metadata(true)],
    predefined: true,
  },
  s3: { protects: 'S3 objects', policyId: 'auto-s3-2', statements: withoutGrants('S3', 's3'), predefined: true },
  secretsmanager: {
    protects: 'Secrets Manager data',
    policyId: 'auto-secretsmanager-2',
    statements: [
      through(
        secrets,
        'secretsmanager',
        byGrants.filter((action) => action !== 'kms:GenerateDataKey*'),
      ),
      through(secrets, 'secretsmanager.*', 'kms:GenerateDataKey*'),
      metadata(true),
    ],
    predefined: true,
  },
  sns: {
    protects: 'SNS data',
    policyId: 'auto-sns-1',
    statements: [
      through(accessFor('SNS'), 'sns', [
        'kms:Decrypt',
        'kms:GenerateDataKey*',
        'kms:CreateGrant',
        'kms:ListGrants',
        'kms:DescribeKey',
      ]),
      metadata(true),
    ],
  },
  sqs: {
    protects: 'SQS messages',
    policyId: 'auto-sqs-1',
    statements: [through(accessFor('Simple Queue Service (SQS)', 'SQS'), 'sqs', byGrants), metadata(true)],
  },
  ssm: {
    protects: 'SSM parameters',
    policyId: 'auto-ssm-1',
    statements: withoutGrants('SSM', 'ssm'),
    predefined: true,
  },
  xray: {
    protects: 'X-Ray data',
    policyId: 'auto-xray-1',
    statements: [
      ...usual('X-Ray', 'xray'),
      describedBy(
        'Allow X-Ray Service with service principal name xray.amazonaws.com to describe the key directly',
        'xray',
      ),
    ],
    predefined: true,
  },
};

const prefix = 'alias/aws/';

/** Aliases that every account has from the start, without a key until their first use; in the order of their names. */
export const predefinedAliases: readonly string[] = Object.entries(managedKeys)
  .flatMap(([service, { predefined }]) => (predefined ? [prefix + service] : []))
  .sort();

/** The AWS managed key that belongs behind an alias, if one does. */
export const managedKeyOf = (AliasName: string): ManagedKey | undefined => {
  const service = AliasName.slice(prefix.length);
  return AliasName.startsWith(prefix) && Object.hasOwn(managedKeys, service) ? managedKeys[service] : undefined;
};
