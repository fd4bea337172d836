import { evaluate } from '../../core/policy/evaluate.ts';
import { compilePolicy } from '../../core/policy/policy.ts';
import type { Principal } from '../../local/principals.ts';
import { type ApiGateway, type GatewayFunction, startApiGateway } from '../gateway/api-gateway.ts';
import type { GatewayResponses, ResponseType } from '../gateway/responses.ts';
import type { Invoke } from './functions.ts';
import type { Ask } from './iam.ts';
import type { Session } from './sessions.ts';
import type { Made, MadeStack } from './template.ts';

export interface FrontDoorOptions {
  readonly stack: MadeStack;
  readonly principals: readonly Principal[];
  readonly invoke: Invoke;
  /** The role in which API Gateway calls functions, by its ARN. */
  readonly sessionOf: (roleArn: string) => Session;
  /** @throws {Error} when the role may not invoke the function */
  readonly require: (session: Session, functionArn: string) => void;
  /** Told of each call that was let in. */
  readonly note: (principal: Principal, ask: Ask) => void;
}

/** The REST API of a template, with its resources, methods, responses and resource policy, on a port of this machine. */
export const startFrontDoor = async (options: FrontDoorOptions): Promise<ApiGateway> => {
  const { stack, principals, note } = options;
  const [api, ...more] = stack.ofType('AWS::ApiGateway::RestApi');
  const [stage] = stack.ofType('AWS::ApiGateway::Stage');
  if (api === undefined || stage === undefined || more.length > 0)
    throw new Error('there is to be one API with a stage');
  const paths = new Map(
    stack.ofType('AWS::ApiGateway::Resource').map(({ name, properties: { ParentId, PathPart } }) => {
      if (ParentId !== `${api.name}-root`) throw new Error(`${PathPart} is not below the root`);
      return [name, `/${PathPart}`];
    }),
  );
  const methods = stack.ofType('AWS::ApiGateway::Method');
  return startApiGateway({
    apiId: api.name,
    region: stack.region,
    stage: stage.name,
    ownerId: stack.account,
    functions: new Map(
      methods.map((method) => [paths.get(method.properties.ResourceId) ?? '/', functionOf(method, options)]),
    ),
    principals,
    responses: responsesOf(stack),
    mayInvoke(principal, methodArn) {
      const may = mayInvoke(principal, methodArn, api);
      if (may) note(principal, { action: 'execute-api:Invoke', resource: methodArn });
      return may;
    },
  });
};

const functionOf = ({ id, properties }: Made, { invoke, sessionOf, require }: FrontDoorOptions): GatewayFunction => {
  const { AuthorizationType, HttpMethod, Integration } = properties;
  const { Type, IntegrationHttpMethod, Uri, Credentials } = Integration;
  if (AuthorizationType !== 'AWS_IAM' || HttpMethod !== 'POST') throw new Error(`${id} is open`);
  const [, functionArn] =
    /^arn:aws:apigateway:[\w-]+:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/.exec(Uri) ?? [];
  if (Type !== 'AWS_PROXY' || IntegrationHttpMethod !== 'POST' || functionArn === undefined) {
    throw new Error(`${id} does not lead to a function`);
  }
  const session = sessionOf(Credentials);
  if (!session.role.services.includes('apigateway.amazonaws.com'))
    throw new Error(`${id}: the role is not for the gateway`);
  return async (event) => {
    require(session, functionArn);
    const { payload, failed } = await invoke(functionArn, event);
    if (failed) throw new Error(payload);
    return JSON.parse(payload);
  };
};

const responsesOf = (stack: MadeStack): GatewayResponses =>
  Object.fromEntries(
    stack.ofType('AWS::ApiGateway::GatewayResponse').map(({ properties }) => {
      const { ResponseType: type, StatusCode, ResponseTemplates, ResponseParameters } = properties;
      const headers = Object.entries<string>(ResponseParameters).map(([name, value]) => [
        name.replace('gatewayresponse.header.', ''),
        value.replace(/^'(.*)'$/, '$1'),
      ]);
      const response = {
        ...(StatusCode && { status: Number(StatusCode) }),
        template: ResponseTemplates['application/json'],
        headers: Object.fromEntries(headers),
      };
      return [type as ResponseType, response]; // of the types that CloudFormation takes
    }),
  );

/**
 * In the API's own account an identity policy or the resource policy allows; of another account, both must. A Deny wins.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 */
const mayInvoke = (principal: Principal, methodArn: string, { properties, arn }: Made): boolean => {
  const request = {
    principal,
    action: 'execute-api:Invoke',
    resource: { kind: 'alias', arn: methodArn }, // of an alias identity policies alone decide
    context: { 'aws:PrincipalArn': principal.issuer?.arn ?? principal.arn },
  } as const;
  const identity = principal.policies.map((document) => compilePolicy(document, 'identity'));
  const own = evaluate(request, { identity });
  const isForeign = !arn.includes(`:${principal.accountId}:`);
  if (properties.Policy === undefined) return own.allowed && !isForeign;
  const document = JSON.parse(JSON.stringify(properties.Policy).replaceAll('"execute-api:/', `"${arn}/`));
  const there = evaluate(request, { identity: [everything], endpoint: compilePolicy(document, 'endpoint') });
  const isDenied = [own, there].some((decision) => !decision.allowed && decision.explicit);
  if (isDenied) return false;
  return isForeign ? own.allowed && there.allowed : own.allowed || there.allowed;
};

const everything = compilePolicy(
  { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
  'identity',
);
