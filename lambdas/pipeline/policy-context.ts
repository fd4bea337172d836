import type { GrantConstraints } from '../../core/model/grant.ts';
import type { KeyRecord } from '../../core/model/key-record.ts';
import { algorithmMembers } from '../../core/model/key-specs.ts';
import { multiRegionKeyType } from '../../core/model/related-keys.ts';
import { type Context, encryptionContextKeys } from '../../core/policy/context.ts';
import type { ConditionSource, KeyTarget } from '../operation.ts';
import { attestedConditions } from './attested.ts';
import { type Call, callerOf, type FoundKey } from './call.ts';
import { headerIn } from './header-values.ts';
import type { HttpRequest, Standing } from './ports.ts';
import { isSentByService, serviceContext } from './service-context.ts';

/**
 * What policies may ask of a request.
 * https://docs.aws.amazon.com/kms/latest/developerguide/policy-conditions.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */

/** What is the same for every resource of a call: caller, network, time, tags of the request, and declared conditions. */
export const requestContext = (call: Call, { tags }: Standing, region: string): Context => {
  const { operation, request, input, now } = call;
  const caller = callerOf(call);
  const { accountId, arn, type, principalId, userName, issuer } = caller;
  const isService = type === 'AWSService'; // it has none of what principals of an account have
  const context: Record<string, Context[string]> = {
    'aws:PrincipalArn': isService ? undefined : (issuer?.arn ?? arn),
    'aws:PrincipalAccount': isService ? undefined : accountId,
    'aws:PrincipalType': principalTypes[type],
    'aws:userid': isService ? undefined : principalId,
    'aws:username': type === 'IAMUser' ? userName : undefined,
    ...(!isSentByService(caller) && networkContext(request)),
    'aws:UserAgent': headerIn(request, 'user-agent'),
    'aws:Referer': headerIn(request, 'referer'),
    'aws:RequestedRegion': region,
    'aws:SecureTransport': 'true', // KMS takes nothing else; on one machine the loopback stands for it
    'aws:CurrentTime': now.toISOString(),
    'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
    ...serviceContext(caller, region),
  };
  for (const [name, value] of Object.entries(tags)) context[`aws:PrincipalTag/${name}`] = value;
  for (const [name, source] of Object.entries(operation.conditions))
    context[`kms:${name}`] = conditionValue(effectiveValue(input, source));
  // A key that is made with this member is a primary.
  if (input.MultiRegion === true) context['kms:MultiRegionKeyType'] = 'PRIMARY';
  const constraints = input.Constraints as GrantConstraints | undefined; // read by their shape
  return {
    ...context,
    ...requestTags(input),
    ...constraintContext(constraints),
    ...attestedConditions(call.recipient),
  };
};

/** Through a VPC endpoint the caller has no public address. */
const networkContext = ({ sourceIp, vpc }: HttpRequest): Context =>
  vpc === undefined
    ? { 'aws:SourceIp': sourceIp }
    : { 'aws:SourceVpce': vpc.endpointId, 'aws:SourceVpc': vpc.vpcId, 'aws:VpcSourceIp': sourceIp };

/** What a condition is judged by: what was sent, or what stands for it. */
export const effectiveValue = (input: Call['input'], source: ConditionSource): unknown => {
  if (typeof source === 'string') return input[source];
  const sent = source.firstOf.find((member) => input[member] !== undefined);
  return sent === undefined ? source.else : input[sent];
};

/** Of a grant to be made or retired: its constraints, with their pairs as if they were the request's. */
const constraintContext = (constraints: GrantConstraints | undefined): Context => {
  if (constraints === undefined) return {};
  const { EncryptionContextSubset, EncryptionContextEquals, SourceArn } = constraints;
  const kinds = Object.entries({ EncryptionContextSubset, EncryptionContextEquals });
  const [kind, pairs] = kinds.find(([, given]) => given !== undefined) ?? [];
  return {
    'kms:GrantConstraintType': kind,
    'kms:GrantConstraintSourceArn': SourceArn,
    ...encryptionContextKeys(pairs),
  };
};

const principalTypes = { IAMUser: 'User', AssumedRole: 'AssumedRole', Root: 'Account', AWSService: undefined } as const;

const conditionValue = (value: unknown): Context[string] => {
  if (Array.isArray(value)) return value.map(String);
  if (value instanceof Date) return String(value.getTime() / 1000);
  return value === undefined ? undefined : String(value);
};

const requestTags = ({ Tags, TagKeys }: Call['input']): Context => {
  const tags = Array.isArray(Tags) ? (Tags as { TagKey: string; TagValue: string }[]) : []; // read by the shape of tags
  const keys = Array.isArray(TagKeys) ? TagKeys.map(String) : tags.map(({ TagKey }) => TagKey);
  if (keys.length === 0) return {};
  const values = tags.map(({ TagKey, TagValue }) => [`aws:RequestTag/${TagKey}`, TagValue]);
  return { 'aws:TagKeys': keys, ...Object.fromEntries(values) };
};

/** What a key adds. Where a grant decides, AWS offers little of the key, and the grant's constraints. */
export const keyContext = (call: Call, target: KeyTarget, key: FoundKey): Context => {
  const { AccountId, Tags } = key.record;
  const { type, accountId } = callerOf(call);
  return {
    'aws:ResourceAccount': AccountId,
    'kms:CallerAccount': type === 'AWSService' ? undefined : accountId,
    ...Object.fromEntries(Tags.map(({ TagKey, TagValue }) => [`aws:ResourceTag/${TagKey}`, TagValue])),
    ...(key.grant ? constraintContext(key.grant.Constraints) : useContext(call, target, key)),
  };
};

/** A key's own facts, how it was named, and the algorithm and context under which it is to be used. */
const useContext = (call: Call, target: KeyTarget, { record, alias }: FoundKey): Context => {
  const { operation, input, keys } = call;
  const { KeyUsage } = record;
  const algorithm =
    typeof target.algorithm === 'object' ? target.algorithm.is : target.algorithm && input[target.algorithm];
  const context: Record<string, Context[string]> = {
    ...kindOfKey(record),
    'kms:RequestAlias': target.byAlias === 'too' ? alias?.AliasName : undefined,
  };
  // `EncryptionAlgorithms` lists the values of `kms:EncryptionAlgorithm`, and so on for the other usages.
  if (algorithm !== undefined)
    context[`kms:${algorithmMembers[target.usage ?? KeyUsage].slice(0, -1)}`] = String(algorithm);
  if (operation.uses.grants !== undefined) {
    context['kms:GrantIsForAWSResource'] = String(callerOf(call).via !== undefined);
  }
  if (target.sameAs !== undefined) {
    context['kms:ReEncryptOnSameKey'] = String(keys[target.sameAs]?.record.KeyId === record.KeyId);
  }
  return { ...context, ...encryptionContextKeys(contextOf(call, target)) };
};

const kindOfKey = (record: KeyRecord): Context => ({
  'kms:KeySpec': record.KeySpec,
  'kms:CustomerMasterKeySpec': record.KeySpec,
  'kms:KeyUsage': record.KeyUsage,
  'kms:CustomerMasterKeyUsage': record.KeyUsage,
  'kms:KeyOrigin': record.Origin,
  'kms:MultiRegion': String(record.MultiRegion),
  'kms:MultiRegionKeyType': multiRegionKeyType(record),
});

/** What is different in another Region, where the call makes a replica of a key. */
export const replicaContext = (record: KeyRecord, region: string): Context => ({
  ...kindOfKey(record),
  'kms:MultiRegionKeyType': 'REPLICA',
  'aws:RequestedRegion': region,
});

/** The encryption context under which a key is to be used. */
export const contextOf = (
  { input }: Call,
  { encryptionContext }: KeyTarget,
): Readonly<Record<string, string>> | undefined =>
  // read as a map of texts by its shape
  (encryptionContext && input[encryptionContext]) as Readonly<Record<string, string>> | undefined;

/** A context with some keys taken for granted, whatever the case of their names. */
export const assuming = (context: Context, assumed: Context | undefined): Context => {
  if (assumed === undefined) return context;
  const names = new Set(Object.keys(assumed).map((name) => name.toLowerCase()));
  const others = Object.entries(context).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...Object.fromEntries(others), ...assumed };
};
