import type { Ask } from './iam.ts';

/** A request to AWS as it arrived, and what its signature says of it. */
export interface AwsRequest {
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The operation that `X-Amz-Target` names. */
  readonly target: string;
  readonly body: Buffer;
}

/**
 * The rights that a request needs, as the Service Authorization Reference lists them. What the functions of this project
 * never send is not in here.
 *
 * @throws {Error} for such a request
 */
export const asksOf = (request: AwsRequest): readonly Ask[] => {
  const asks = byService[request.service]?.(request);
  if (asks === undefined) {
    const { service, method, path, target } = request;
    throw new Error(`what ${service} ${target || `${method} ${path}`} needs is not known here`);
  }
  return asks;
};

/** How a signed request says what it is about. */
type AsksOf = (request: AwsRequest) => readonly Ask[] | undefined;

const arnIn = (service: string, { region, account }: AwsRequest, resource: string) =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

const dynamoDb: AsksOf = (request) => {
  const { target: operation, body } = request;
  const tableArn = (name: string) => arnIn('dynamodb', request, `table/${name}`);
  const { TableName, IndexName, RequestItems, TransactItems } = JSON.parse(body.toString());
  if (/^(Get|Put|Update|Delete)Item$|^Query$|^Scan$/.test(operation)) {
    const table = tableArn(TableName);
    return [{ action: `dynamodb:${operation}`, resource: IndexName ? `${table}/index/${IndexName}` : table }];
  }
  if (/^Batch(Get|Write)Item$/.test(operation)) {
    return Object.keys(RequestItems).map((table) => ({ action: `dynamodb:${operation}`, resource: tableArn(table) }));
  }
  if (/^Transact(Get|Write)Items$/.test(operation)) {
    // Each item needs the right of its own: a transaction is no way round.
    return TransactItems.flatMap((item: Record<string, { TableName: string }>) =>
      Object.entries(item).map(([part, { TableName: table }]) => ({
        action: `dynamodb:${part === 'ConditionCheck' ? 'ConditionCheckItem' : `${part}Item`}`,
        resource: tableArn(table),
      })),
    );
  }
  return undefined;
};

const sqs: AsksOf = (request) => {
  const name = String(JSON.parse(request.body.toString()).QueueUrl).split('/').at(-1) ?? '';
  const action = `sqs:${request.target.replace(/Batch$/, '')}`;
  return [{ action, resource: arnIn('sqs', request, name) }];
};

const s3: AsksOf = ({ method, path, query, headers }) => {
  const [, bucket = '', object = ''] = /^\/([^/]+)\/?(.*)$/.exec(decodeURIComponent(path)) ?? [];
  const ofBucket = `arn:aws:s3:::${bucket}`;
  if (object === '')
    return query.get('list-type') === '2' ? [{ action: 's3:ListBucket', resource: ofBucket }] : undefined;
  const action = { GET: 's3:GetObject', HEAD: 's3:GetObject', PUT: 's3:PutObject' }[method];
  const noneMatch = headers['if-none-match'];
  const context = { 's3:if-none-match': noneMatch === undefined ? undefined : String(noneMatch) };
  return action === undefined ? undefined : [{ action, resource: `${ofBucket}/${object}`, context }];
};

const lambda: AsksOf = (request) => {
  const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.path) ?? [];
  if (name === undefined) return undefined;
  return [
    { action: 'lambda:InvokeFunction', resource: arnIn('lambda', request, `function:${decodeURIComponent(name)}`) },
  ];
};

/** The root keys of `-c rootKey=kms`, by their ids. */
const kms: AsksOf = (request) => {
  if (request.target !== 'GenerateMac') return undefined;
  const { KeyId } = JSON.parse(request.body.toString());
  return [{ action: 'kms:GenerateMac', resource: arnIn('kms', request, String(KeyId).replace(/^.*:/, '')) }];
};

const byService: Readonly<Record<string, AsksOf>> = { dynamodb: dynamoDb, sqs, s3, lambda, kms };
