import { AuthorizationType, EndpointType, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';

/** The front door. Every method asks for IAM's `execute-api:Invoke`, and so stands for the caller's identity policies. */
export class GatewayApi extends RestApi {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      endpointTypes: [EndpointType.REGIONAL],
      defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
      cloudWatchRole: false, // an account-wide setting, not ours to make
    });
  }
}
