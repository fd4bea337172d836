import { type GatewayResponseOptions, ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type ErrorName, messageMember } from '../core/model/errors.ts';

interface Answer {
  readonly name: ErrorName;
  /** Left to the gateway when absent. */
  readonly status?: '400' | '500' | '503';
  /** Ours where KMS has words of its own; the gateway's when absent. */
  readonly message?: string;
}

/**
 * What the gateway refuses by itself, in the form and under the names in which KMS refuses it. Clients read the name from
 * `__type`; boto3 takes it, and tries again after throttling, only when the status is that of KMS.
 * Types that are not here need authorizers, usage plans or models, which this API has none of; the last two answer for them.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
const answers: readonly (readonly [type: ResponseType, answer: Answer])[] = [
  [ResponseType.ACCESS_DENIED, { name: 'AccessDeniedException', status: '400' }],
  // Any unknown path and method ends here too: nobody has a permission on what is not there.
  [
    ResponseType.MISSING_AUTHENTICATION_TOKEN,
    { name: 'MissingAuthenticationTokenException', status: '400', message: 'Missing Authentication Token' },
  ],
  [ResponseType.INVALID_SIGNATURE, { name: 'InvalidSignatureException', status: '400' }],
  [ResponseType.EXPIRED_TOKEN, { name: 'ExpiredTokenException', status: '400' }],
  [ResponseType.THROTTLED, { name: 'ThrottlingException', status: '400', message: 'Rate exceeded' }],
  [ResponseType.INTEGRATION_FAILURE, { name: 'KMSInternalException', status: '500' }],
  [ResponseType.INTEGRATION_TIMEOUT, { name: 'DependencyTimeoutException', status: '503' }],
  // A status here would be that of all the others; an unknown access key id may be among them.
  [ResponseType.DEFAULT_4XX, { name: 'AccessDeniedException' }],
  [ResponseType.DEFAULT_5XX, { name: 'KMSInternalException' }],
];

const contentType = 'application/x-amz-json-1.1';

export const addGatewayResponses = (api: RestApi): void => {
  for (const [type, answer] of answers) api.addGatewayResponse(type.responseType, optionsOf(type, answer));
};

const optionsOf = (type: ResponseType, { name, status, message }: Answer): GatewayResponseOptions => {
  const words = message === undefined ? '$context.error.messageString' : JSON.stringify(message); // quoted by the gateway
  return {
    type,
    ...(status && { statusCode: status }),
    // The default would be chosen by what the client accepts; this one answers whatever it accepts.
    templates: { 'application/json': `{"__type":"${name}","${messageMember(name)}":${words}}` },
    responseHeaders: { 'content-type': `'${contentType}'`, 'x-amzn-errortype': `'${name}'` },
  };
};
