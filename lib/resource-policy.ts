import { AccountPrincipal, AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';

export interface ResourcePolicyProps {
  readonly stage: string;
  /** Account ids. */
  readonly trustedAccounts: readonly string[];
  /** Who may call `POST /`: ARNs, or patterns of them, of users and roles. `*`: whoever identity policies let. */
  readonly routerCallers: readonly string[];
  /** The VPC endpoints through which alone a private API is called. */
  readonly vpcEndpointIds?: readonly string[] | undefined;
}

const invoke = 'execute-api:Invoke';

/**
 * What the gateway asks besides identity policies. It must never allow a principal of its own account: there such an
 * Allow does without identity policies, for which the gateway's yes stands (docs/decisions/0005). Callers of other
 * accounts need it and their identity policies. All else it says is Deny.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 *
 * @returns undefined where there is nothing to say
 */
export const resourcePolicy = (props: ResourcePolicyProps): PolicyDocument | undefined => {
  const { trustedAccounts, routerCallers, vpcEndpointIds } = props;
  const statements: PolicyStatement[] = [];
  if (trustedAccounts.length > 0) statements.push(allowAccounts(props));
  if (!routerCallers.includes('*')) statements.push(denyRouter(props));
  if (vpcEndpointIds) statements.push(denyOutside(vpcEndpointIds));
  return statements.length === 0 ? undefined : new PolicyDocument({ statements });
};

/** Every path of an operation, and not `POST /`: what those accounts forbid on one path must not be had on another. */
const allowAccounts = ({ stage, trustedAccounts }: ResourcePolicyProps) =>
  new PolicyStatement({
    sid: 'TrustedAccounts',
    principals: trustedAccounts.map((account) => new AccountPrincipal(account)),
    actions: [invoke],
    resources: [`execute-api:/${stage}/POST/?*`],
  });

/**
 * `POST /` may do what any operation does, so it is closed to all but those who are named: identity policies that allow
 * every path and deny one must not be had round by it (docs/decisions/0012).
 */
const denyRouter = ({ stage, routerCallers }: ResourcePolicyProps) =>
  new PolicyStatement({
    sid: 'RouterCallers',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [invoke],
    resources: [`execute-api:/${stage}/POST`, `execute-api:/${stage}/POST/`],
    ...(routerCallers.length > 0 && { conditions: { ArnNotLike: { 'aws:PrincipalArn': [...routerCallers] } } }),
  });

const denyOutside = (vpcEndpointIds: readonly string[]) =>
  new PolicyStatement({
    sid: 'VpcEndpoints',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [invoke],
    resources: ['execute-api:/*'],
    conditions: { StringNotEquals: { 'aws:SourceVpce': [...vpcEndpointIds] } },
  });
