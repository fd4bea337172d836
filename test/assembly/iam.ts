import type { Context } from '../../core/policy/context.ts';
import { evaluate } from '../../core/policy/evaluate.ts';
import { type CompiledPolicy, compilePolicy, conditionKeysIn } from '../../core/policy/policy.ts';
import type { Principal } from '../../core/policy/principals.ts';
import type { MadeStack } from './template.ts';

/** What a call needs the right for. */
export interface Ask {
  /** `dynamodb:GetItem`. */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  readonly context?: Context;
}

/** One action on one resource, or pattern of resources, as a statement of a role allows it. */
export interface Right {
  /** Its place among the rights of the role. */
  readonly index: number;
  readonly action: string;
  readonly resource: string;
}

/** A role of the template, with the policies that it has there. */
export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly policies: readonly CompiledPolicy<'identity'>[];
  /** The documents of `policies`. */
  readonly documents: readonly PolicyDocument[];
  readonly rights: readonly Right[];
  /** Whom it trusts. */
  readonly services: readonly string[];
}

interface PolicyDocument {
  readonly Statement: readonly Statement[];
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** What requests here say of themselves; a policy that asks for more could not be judged. */
const known = new Set([
  'aws:principalarn',
  'aws:securetransport',
  'aws:sourcearn',
  's3:if-none-match',
  's3:tlsversion',
]);

/** Everything goes over TLS on AWS; here it does not, so what is said of it is what would be. */
const overTls: Context = { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' };

export const rolesOf = (stack: MadeStack): readonly Role[] => {
  if (stack.ofType('AWS::IAM::Policy').length + stack.ofType('AWS::IAM::ManagedPolicy').length > 0) {
    throw new Error('policies beside their roles are not looked at here');
  }
  return stack.ofType('AWS::IAM::Role').map(({ name, arn, properties }) => {
    const { Policies = [], AssumeRolePolicyDocument: trust } = properties;
    const documents: PolicyDocument[] = Policies.map(
      ({ PolicyDocument }: Record<string, PolicyDocument>) => PolicyDocument,
    );
    return {
      name,
      arn,
      documents,
      policies: documents.map((document) => judgeable(compilePolicy(document, 'identity'), arn)),
      rights: documents
        .flatMap(({ Statement }) => Statement.flatMap(rightsIn))
        .map((right, index) => ({ ...right, index })),
      services: listed(trust.Statement).flatMap(({ Principal: { Service = [] } }) => listed<string>(Service)),
    };
  });
};

const listed = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

const rightsIn = ({ Effect, Action, Resource }: Statement): Omit<Right, 'index'>[] =>
  Effect === 'Allow'
    ? listed(Action).flatMap((action) => listed(Resource).map((resource) => ({ action, resource })))
    : [];

const judgeable = <Policy extends CompiledPolicy>(policy: Policy, of: string): Policy => {
  const strange = [...conditionKeysIn(policy)].filter((key) => !known.has(key));
  if (strange.length > 0) throw new Error(`a policy of ${of} asks for ${strange.join()}, which nobody tells here`);
  return policy;
};

/** Resource policies of a stack, by the ARN of what they are of. */
export const resourcePoliciesOf = (stack: MadeStack): ReadonlyMap<string, CompiledPolicy<'endpoint'>> => {
  const policies = new Map<string, CompiledPolicy<'endpoint'>>();
  const add = (arn: string, document: object) =>
    policies.set(arn, judgeable(compilePolicy({ Version: '2012-10-17', ...document }, 'endpoint'), arn));
  const { account, region } = stack;
  for (const { properties } of stack.ofType('AWS::SQS::QueuePolicy')) {
    for (const url of properties.Queues) {
      add(`arn:aws:sqs:${region}:${account}:${url.split('/').at(-1)}`, properties.PolicyDocument);
    }
  }
  for (const { properties } of stack.ofType('AWS::S3::BucketPolicy')) {
    add(`arn:aws:s3:::${properties.Bucket}`, properties.PolicyDocument);
  }
  for (const { properties } of stack.ofType('AWS::SecretsManager::ResourcePolicy')) {
    add(properties.SecretId, properties.ResourcePolicy);
  }
  for (const { properties } of stack.ofType('AWS::SNS::TopicPolicy')) {
    for (const arn of properties.Topics) add(arn, properties.PolicyDocument);
  }
  return policies;
};

const everything = compilePolicy(
  { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
  'identity',
);

/**
 * IAM's decision inside one account: an identity policy allows, and no policy denies. Judged by our own policy engine;
 * it asks `endpoint` policies what resource policies are asked here, whether one denies.
 *
 * @returns why not, in AWS's words; undefined where it is allowed
 */
export const refusalOf = (
  { arn, accountId, principalId, issuer }: Principal & Required<Pick<Principal, 'issuer'>>,
  policies: readonly CompiledPolicy<'identity'>[],
  { action, resource, context = {} }: Ask,
  onResource: CompiledPolicy<'endpoint'> | undefined,
): string | undefined => {
  const request = {
    principal: { type: 'AssumedRole', arn, accountId, principalId, issuer },
    action,
    resource: { kind: 'alias', arn: resource }, // of an alias identity policies alone decide
    context: { ...overTls, 'aws:PrincipalArn': issuer?.arn, ...context },
  } as const;
  const why = (because: string) =>
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${because}`;
  if (!evaluate(request, { identity: policies }).allowed) {
    return why(`because no identity-based policy allows the ${action} action`);
  }
  const there = onResource && evaluate(request, { identity: [everything], endpoint: onResource });
  if (there && !there.allowed && there.explicit) return why('with an explicit deny in a resource-based policy');
  return undefined;
};

/** Whether a resource policy lets a service of AWS in, which has no policies of its own. */
export const letsServiceIn = (
  service: string,
  { action, resource, context = {} }: Ask,
  policy: CompiledPolicy<'endpoint'> | undefined,
): boolean =>
  policy !== undefined &&
  evaluate(
    {
      principal: { type: 'AWSService', arn: service, accountId: '', principalId: service },
      action,
      resource: { kind: 'alias', arn: resource },
      context: { ...overTls, ...context },
    },
    { identity: [everything], endpoint: policy },
  ).allowed;

/** Those rights that none of the calls needed. */
export const unusedRights = (rights: readonly Right[], asked: readonly Ask[]): readonly Right[] =>
  rights.filter(({ action, resource }) => {
    const alone = compilePolicy(
      { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: action, Resource: resource } },
      'identity',
    );
    const principal = { type: 'AssumedRole', arn: '', accountId: '', principalId: '' } as const;
    return !asked.some(
      (ask) =>
        evaluate(
          { principal, action: ask.action, resource: { kind: 'alias', arn: ask.resource }, context: {} },
          { identity: [alone] },
        ).allowed,
    );
  });
