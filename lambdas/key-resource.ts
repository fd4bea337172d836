import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { type Environment, readFrom, variables } from './environment.ts';
import { signedRequests } from './signed-request.ts';

/** What the construct says of a key, members as KMS has them. */
interface KeyProperties {
  readonly Description: string;
  readonly KeySpec: string;
  readonly KeyUsage: string;
  /** A policy document; that of KMS when absent. */
  readonly Policy?: string;
  /** In which the key is deleted when the resource is; absent: it stays. */
  readonly PendingWindowInDays?: string;
}

type CallKms = (operation: string, input: object) => Promise<{ readonly KeyMetadata?: KeyFacts }>;
interface KeyFacts {
  readonly KeyId: string;
  readonly Arn: string;
}

const timeoutMs = 10_000;
const keyId = /^(?:mrk-)?[0-9a-f-]{32,36}$/;

/** The API of this installation, called like any client calls it: with the rights and the name of this function. */
const kmsAt = (environment: Environment): CallKms => {
  const endpoint = readFrom(environment)(variables.kmsEndpoint);
  const send = signedRequests('execute-api', environment, endpoint);
  const { pathname } = new URL(endpoint);
  return async (operation, input) => {
    const headers = { 'content-type': 'application/x-amz-json-1.1' };
    const path = `${pathname.replace(/\/$/, '')}/${operation}`;
    const { status, body } = await send({ path, headers, body: JSON.stringify(input), timeoutMs });
    const answer = body === '' ? {} : JSON.parse(body);
    if (status !== 200) throw new Error(`${operation}: ${answer.__type} ${answer.message ?? answer.Message ?? ''}`);
    return answer;
  };
};

/** Makes, changes or deletes the key. Another spec or usage is another key: CloudFormation then deletes the old one. */
const apply = async (event: CloudFormationCustomResourceEvent, kms: CallKms): Promise<string> => {
  const { Description, KeySpec, KeyUsage, Policy, PendingWindowInDays } =
    event.ResourceProperties as unknown as KeyProperties; // as our construct writes them
  const create = async () => {
    const made = await kms('CreateKey', { Description, KeySpec, KeyUsage, Policy });
    return made.KeyMetadata?.Arn ?? '';
  };
  if (event.RequestType === 'Create') return create();

  const { PhysicalResourceId: arn } = event;
  const KeyId = arn.slice(arn.lastIndexOf('/') + 1);
  if (event.RequestType === 'Delete') {
    const days = Number(PendingWindowInDays ?? 0);
    if (days > 0 && keyId.test(KeyId)) await kms('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: days });
    return arn;
  }
  const old = event.OldResourceProperties as unknown as KeyProperties; // as our construct wrote them
  if (old.KeySpec !== KeySpec || old.KeyUsage !== KeyUsage) return create();
  if (old.Description !== Description) await kms('UpdateKeyDescription', { KeyId, Description });
  if (old.Policy !== Policy) {
    if (Policy === undefined) throw new Error('a key policy cannot be taken back: say the one that is to be');
    await kms('PutKeyPolicy', { KeyId, Policy });
  }
  return arn;
};

/**
 * The custom resource of a key that a stack makes at deployment. Its physical id is the ARN of the key.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 */
export const keyResourceHandler = (environment: Environment) => {
  const kms = kmsAt(environment);
  return async (event: CloudFormationCustomResourceEvent): Promise<void> => {
    const { StackId, RequestId, LogicalResourceId, ResponseURL } = event;
    const known = 'PhysicalResourceId' in event ? event.PhysicalResourceId : `no key ${RequestId}`;
    const outcome = await apply(event, kms).then(
      (arn) => ({ Status: 'SUCCESS', PhysicalResourceId: arn, Data: { KeyId: arn.slice(arn.lastIndexOf('/') + 1) } }),
      (error: unknown) => ({ Status: 'FAILED', PhysicalResourceId: known, Reason: String(error) }),
    );
    const body = JSON.stringify({ StackId, RequestId, LogicalResourceId, ...outcome });
    const { ok, status } = await fetch(ResponseURL, { method: 'PUT', body });
    if (!ok) throw new Error(`CloudFormation answered ${status}`);
  };
};
