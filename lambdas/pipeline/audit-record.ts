import { randomUUID } from 'node:crypto';
import type { Caller } from '../../core/model/caller.ts';
import { idsOfBlob } from '../../core/model/ciphertext-blob.ts';
import { entriesOf } from '../../core/model/entries.ts';
import type { KmsError } from '../../core/model/errors.ts';
import { rememberingLast } from '../../core/model/remembering-last.ts';
import { attestedOnRecord } from './attested.ts';
import { requestParameters, responseElements } from './audit-members.ts';
import type { Resource } from './audit-resources.ts';
import { type Call, callerOf } from './call.ts';
import { headerIn } from './header-values.ts';
import type { AuditEntry, Runtime } from './ports.ts';

/** Longest error code, error message and user agent in a record. */
const longestText = 1024;

/**
 * The record of a call in CloudTrail's form, at once as text: no object is made of it only to be written out.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 * Of the input, all but bytes and secrets; of the answer, what the operation declares. There are no `tlsDetails`: the
 * local server speaks plain HTTP, and API Gateway does not tell a function what it negotiated.
 */
export const auditEntry = (
  call: Call,
  resources: readonly Resource[],
  error: KmsError | undefined,
  { region, clock }: Runtime,
): AuditEntry => {
  const { operation, request } = call;
  const caller = callerOf(call);
  const recipientAccountId = logAccountOf(call, caller);
  const eventTime = secondsText(Math.floor(clock().getTime() / 1000));
  const eventID = randomUUID();
  // Whoever was refused is not told of a key of another account that it is there.
  const told = error ? resources.filter(({ accountId }) => accountId === recipientAccountId) : resources;
  const text = `{"eventVersion":"1.11",\
"userIdentity":${identityText(caller)},\
"eventTime":"${eventTime}",\
"eventSource":"kms.amazonaws.com",\
"eventName":"${operation.name}",\
"awsRegion":"${region}"${sourceMember(request.sourceIp)}${userAgentMember(headerIn(request, 'user-agent')?.slice(0, longestText))}${errorMembers(error)},\
"requestParameters":${requestParameters(call)},\
"responseElements":${error ? 'null' : responseElements(call)}${additionalMember(call, error)}${member('requestID', request.requestId)},\
"eventID":"${eventID}",\
"readOnly":${operation.audit.readOnly},\
"resources":${JSON.stringify(told)},\
"eventType":"AwsApiCall",\
"managementEvent":true,\
"recipientAccountId":"${recipientAccountId}"${member('vpcEndpointId', request.vpc?.endpointId)},\
"eventCategory":"Management"}`;
  return { text, recipientAccountId, awsRegion: region, eventID, eventTime };
};

/** As records write time, to the second. @param seconds since 1970 */
const secondsText = rememberingLast((seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`);

/** Nothing for a member that has no value. */
const member = (name: string, value: unknown): string =>
  value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`;

/** Who calls again mostly calls from the same place. */
const sourceMember = rememberingLast((sourceIp: string) => member('sourceIPAddress', sourceIp));
const userAgentMember = rememberingLast((userAgent: string | undefined) => member('userAgent', userAgent));

const errorMembers = (error: KmsError | undefined): string => {
  if (error === undefined) return '';
  const code = error.name === 'AccessDeniedException' ? 'AccessDenied' : error.name;
  return member('errorCode', code) + member('errorMessage', error.message.slice(0, longestText) || undefined);
};

const additionalMember = (call: Call, error: KmsError | undefined): string => {
  const { recipient, reasons } = call;
  const members =
    (error ? '' : materialMembers(call)) +
    member('grantId', grantOf(call)?.GrantId) +
    member('recipient', recipient && attestedOnRecord(recipient)) +
    member('reasons', reasons);
  return members && `,"additionalEventData":{${members.slice(1)}}`;
};

const grantOf = ({ operation, keys }: Call) => {
  for (const [name] of entriesOf(operation.keys)) if (keys[name]?.grant) return keys[name].grant;
  return undefined;
};

/** Ciphertexts of symmetric keys tell under which material they were made; an answer does not always. */
const materialMembers = ({ operation, keys, input, output }: Call): string => {
  const { materials } = operation.audit;
  let found = '';
  if (materials === undefined) return found;
  for (const [name, source] of entriesOf(materials)) {
    const ciphertext = 'sent' in source ? input[source.sent] : output?.[source.answered];
    const blob = Buffer.isBuffer(ciphertext) ? idsOfBlob(ciphertext) : undefined;
    const isOfCall = entriesOf(operation.keys).some(([target]) => keys[target]?.record.KeyId === blob?.KeyId);
    if (blob && isOfCall) found += member(name, blob.KeyMaterialId);
  }
  return found;
};

/** Whose log it is: the caller's account; that of the key, when a service calls by itself. */
const logAccountOf = ({ keys }: Call, { type, accountId }: Caller): string => {
  const [key] = type === 'AWSService' ? Object.values(keys) : [];
  return key?.record.AccountId ?? accountId;
};

/** Of a caller who calls again it is known. */
const identityText = (caller: Caller): string => {
  const known = identityTexts.get(caller);
  if (known !== undefined) return known;
  const text = JSON.stringify(userIdentity(caller));
  identityTexts.set(caller, text);
  return text;
};

const identityTexts = new WeakMap<Caller, string>();

export const userIdentity = (caller: Caller) => {
  const { type, arn, via } = caller;
  if (type === 'AWSService') return { type, invokedBy: arn };
  return via === undefined ? principalIdentity(caller) : { ...principalIdentity(caller), invokedBy: via.at(-1) };
};

const principalIdentity = ({ type, principalId, arn, accountId, accessKeyId, userName, issuer, session }: Caller) => ({
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
    attributes: session && {
      creationDate: session.creationDate,
      mfaAuthenticated: String(session.mfaAuthenticated),
    },
  },
});
