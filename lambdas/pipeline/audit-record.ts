import type { Caller } from '../../core/model/caller.ts';
import type { KmsError } from '../../core/model/errors.ts';
import { newKeyId } from '../../core/model/key-id.ts';
import type { Members } from '../../core/model/shapes.ts';
import type { Operation } from '../operation.ts';
import { attestedOnRecord } from './attested.ts';
import { type Call, callerOf } from './call.ts';
import type { AuditRecord, Runtime } from './ports.ts';

/** Longest error code, error message and user agent in a record. */
const longestText = 1024;

/**
 * The record of a call in CloudTrail's form.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 * Of the input, all but bytes and secrets; of the answer, what the operation declares.
 */
export const auditRecord = (call: Call, error: KmsError | undefined, runtime: Runtime): AuditRecord => {
  const { operation, request, input } = call;
  const caller = callerOf(call);
  const recipientAccountId = logAccountOf(call, caller);
  return {
    eventVersion: '1.11',
    userIdentity: userIdentity(caller),
    eventTime: `${runtime.clock().toISOString().slice(0, 19)}Z`,
    eventSource: 'kms.amazonaws.com',
    eventName: operation.name,
    awsRegion: runtime.region,
    sourceIPAddress: request.sourceIp,
    userAgent: header(request.headers, 'user-agent')?.slice(0, longestText),
    errorCode: error && (error.name === 'AccessDeniedException' ? 'AccessDenied' : error.name),
    errorMessage: error && (error.message.slice(0, longestText) || undefined),
    requestParameters: orNull(shown(withoutHidden(operation), input)),
    responseElements: error ? null : responseElements(call),
    additionalEventData: additional(call),
    requestID: request.requestId,
    eventID: newKeyId(runtime.random(16), false),
    readOnly: operation.audit.readOnly,
    resources: Object.entries(operation.keys).flatMap(([name, { region }]) => {
      const key = call.keys[name];
      return region === undefined && key?.record.AccountId === recipientAccountId
        ? [resourceOf(key.record.AccountId, key.Arn)]
        : [];
    }),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId,
    vpcEndpointId: request.vpc?.endpointId,
    eventCategory: 'Management',
  };
};

const additional = ({ keys, recipient, reasons }: Call) => {
  const grant = Object.values(keys).find((key) => key?.grant)?.grant;
  if (grant === undefined && recipient === undefined && reasons === undefined) return undefined;
  return { grantId: grant?.GrantId, recipient: recipient && attestedOnRecord(recipient), reasons };
};

/** A key, as a record names what it is about. */
export const resourceOf = (accountId: string, ARN: string) => ({ accountId, type: 'AWS::KMS::Key', ARN });

/** Whose log it is: the caller's account; that of the key, when a service calls by itself. */
const logAccountOf = ({ keys }: Call, { type, accountId }: Caller): string => {
  const [key] = type === 'AWSService' ? Object.values(keys) : [];
  return key?.record.AccountId ?? accountId;
};

export const userIdentity = (caller: Caller) => {
  const { type, arn, via } = caller;
  if (type === 'AWSService') return { type, invokedBy: arn };
  return via === undefined ? principalIdentity(caller) : { ...principalIdentity(caller), invokedBy: via.at(-1) };
};

const principalIdentity = ({ type, principalId, arn, accountId, accessKeyId, userName, issuer }: Caller) => ({
  type,
  principalId,
  arn,
  accountId,
  accessKeyId,
  userName,
  sessionContext: issuer && {
    sessionIssuer: {
      type: 'Role',
      principalId: issuer.principalId,
      arn: issuer.arn,
      accountId,
      userName: issuer.userName,
    },
  },
});

const header = (headers: Call['request']['headers'], wanted: string) =>
  headers.find(([name]) => name.toLowerCase() === wanted)?.[1];

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

const orNull = (parameters: Record<string, unknown>) => (Object.keys(parameters).length === 0 ? null : parameters);

const withoutHidden = ({ input, audit: { hides = [] } }: Operation): Members =>
  Object.fromEntries(Object.entries(input).filter(([name]) => !hides.includes(name)));

export const shown = (members: Members, values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(members).flatMap(([name, shape]) => {
      const value = values[name];
      if (value === undefined || shape.secret || shape.type === 'blob') return [];
      return [[lowerFirst(name), shape.type === 'map' ? value : asLogged(value)]];
    }),
  );

/** Member names begin in lower case, instants are text such as `Aug 10, 2022, 10:38:27 PM`, bytes are left out. */
export const asLogged = (value: unknown): unknown => {
  if (value instanceof Date) return loggedDate.format(value);
  if (Buffer.isBuffer(value)) return undefined;
  if (Array.isArray(value)) return value.map(asLogged);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [lowerFirst(name), asLogged(member)]));
};

const loggedDate = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

const responseElements = ({ operation, keys, output }: Call) => {
  const { response } = operation.audit;
  if (response === undefined) return null;
  if (response === 'key ARN') return { keyId: keys.key?.Arn };
  return Object.fromEntries(response.map((name) => [lowerFirst(name), asLogged(output?.[name])]));
};
