import type { Caller } from '../core/model/caller.ts';

/** A service of this project that calls KMS: for somebody who called it, or by itself for a resource. */
export type ServiceCall = {
  /** `s3.amazonaws.com`. */
  readonly service: string;
} & (
  | { readonly caller: Caller }
  | {
      /** Offered to policies as `aws:SourceArn` and `aws:SourceAccount`. */
      readonly source: { readonly arn: string; readonly accountId: string };
    }
);

const serviceName = /^[a-z0-9-]+\.amazonaws\.com$/;

/**
 * Whom the pipeline judges in a service's call: its caller, with all the caller's permissions and no more, marked with
 * the service; or the service itself.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
 *
 * @throws {RangeError} when the service has no such name, or calls for a service
 */
export const callerOfService = (call: ServiceCall): Caller => {
  const { service } = call;
  if (!serviceName.test(service)) throw new RangeError(`a service is named like s3.amazonaws.com, not ${service}`);
  if ('caller' in call) {
    const { caller } = call;
    if (caller.type === 'AWSService') throw new RangeError(`${service} cannot call for ${caller.arn}`);
    return { ...caller, via: [...(caller.via ?? []), service] };
  }
  const { arn: sourceArn, accountId } = call.source;
  return { type: 'AWSService', arn: service, principalId: service, accessKeyId: '', accountId, sourceArn };
};
