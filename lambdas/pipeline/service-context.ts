import type { Caller } from '../../core/model/caller.ts';
import type { Context } from '../../core/policy/context.ts';

/**
 * What policies learn of AWS services in a call: of those that call for the caller, or of the one that is the caller.
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export const serviceContext = ({ type, arn, accountId, via, sourceArn }: Caller, region: string): Context => {
  if (type === 'AWSService') {
    return {
      'aws:PrincipalIsAWSService': 'true',
      'aws:PrincipalServiceName': arn,
      'aws:PrincipalServiceNamesList': [arn, regional(arn, region)],
      'aws:SourceArn': sourceArn,
      'aws:SourceAccount': accountId,
      'aws:ViaAWSService': 'false',
    };
  }
  const service = via?.at(-1);
  return {
    'aws:PrincipalIsAWSService': 'false',
    'aws:ViaAWSService': String(service !== undefined),
    'aws:CalledVia': via,
    'aws:CalledViaFirst': via?.[0],
    'aws:CalledViaLast': service,
    'kms:ViaService': service && regional(service, region),
  };
};

/** `s3.eu-west-1.amazonaws.com`, so in every partition. */
const regional = (service: string, region: string): string => service.replace('.', `.${region}.`);

/** Whether it is a service that sends the request; its address is not the caller's, and nobody's business. */
export const isSentByService = ({ type, via }: Caller): boolean => type === 'AWSService' || via !== undefined;
