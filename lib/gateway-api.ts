import { AuthorizationType, EndpointType, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';

export interface GatewayApiProps {
  readonly installation: string;
}

/** The front door. Every method asks for IAM's `execute-api:Invoke`, and so stands for the caller's identity policies. */
export class GatewayApi extends RestApi {
  constructor(scope: Construct, id: string, { installation }: GatewayApiProps) {
    super(scope, id, {
      restApiName: installation,
      endpointTypes: [EndpointType.REGIONAL],
      defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
      cloudWatchRole: false, // an account-wide setting, not ours to make
    });
  }
}
