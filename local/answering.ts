import { isRegion } from '../core/model/arn.ts';
import { KmsError } from '../core/model/errors.ts';
import type { HttpReply, HttpRequest, Recipients } from '../lambdas/pipeline/ports.ts';
import { replyToError } from '../lambdas/pipeline/reply.ts';
import type { LocalAuditLog } from './audit/audit-log.ts';
import { defaultRegion } from './default-region.ts';
import { madeUpEndpoint } from './endpoint-policy.ts';
import { markerKey } from './marker-key.ts';
import type { Principals } from './principals.ts';
import { newRegions, type RegionsOptions } from './regions.ts';
import { credentialScope, newSigV4Verifier } from './sigv4.ts';
import { newStandings } from './standing.ts';

export interface AnsweringOptions
  extends Omit<RegionsOptions, 'markerKey' | 'verify' | 'standingOf' | 'principalExists' | 'recipients'> {
  readonly auditLog: Pick<LocalAuditLog, 'write' | 'expect'>;
  readonly principals: Pick<Principals, 'find' | 'exists'>;
  readonly recipients?: Recipients | undefined;
}

/** What it takes to answer calls of the KMS API, in whichever process of a service. */
export const newAnswering = async ({ principals, recipients, ...options }: AnsweringOptions) => {
  const { auditLog } = options;
  const verify = newSigV4Verifier({
    find: principals.find,
    now: () => new Date(),
    clock: options.clock,
    services: ['kms', 'execute-api'],
    maxSkewSeconds: 300,
  });
  const regions = newRegions({
    ...options,
    markerKey: markerKey(await options.rootKeys.current()),
    verify,
    standingOf: newStandings(principals.find),
    recipients,
    principalExists: principals.exists,
  });
  return {
    regions,
    async call(operation: string, request: HttpRequest): Promise<HttpReply> {
      const named = credentialScope(request.headers)?.region ?? defaultRegion;
      const handler = regions.get(isRegion(named) ? named : defaultRegion).handler(operation);
      if (handler === undefined) {
        const message = `This service has no operation ${operation}`;
        return replyToError(request.requestId, new KmsError('UnknownOperationException', message));
      }
      auditLog.expect();
      return handler(options.endpointPolicy ? { ...request, vpc: madeUpEndpoint } : request);
    },
  };
};
