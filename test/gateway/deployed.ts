import { callerOfIdentity } from '../../lambdas/caller.ts';
import { lambdaHandler } from '../../lambdas/gateway.ts';
import type { InvokeFunction } from '../../lambdas/invoke-function.ts';
import { operations } from '../../lambdas/operations/index.ts';
import { routerHandler } from '../../lambdas/router.ts';
import type { Principal } from '../../local/principals.ts';
import { accountId, newService } from '../service.ts';
import { type ApiGatewayOptions, startApiGateway } from './api-gateway.ts';
import { identityOf } from './event.ts';
import type { GatewayResponses } from './responses.ts';

/** Has the keys of a real user, in form. */
export const alice: Principal = {
  type: 'IAMUser',
  accountId,
  arn: `arn:aws:iam::${accountId}:user/staff/alice`,
  principalId: 'AIDAEXAMPLEEXAMPLE000',
  userName: 'alice',
  accessKeyId: 'AKIAEXAMPLEEXAMPLE00',
  secretAccessKey: 'only-for-tests/only-for-tests/only-for-t',
  tags: {},
  policies: [],
};

/** In a role, with credentials that end. */
export const session: Principal = {
  type: 'AssumedRole',
  accountId,
  arn: `arn:aws:sts::${accountId}:assumed-role/Lab/session-1`,
  principalId: 'AROAEXAMPLEEXAMPLE000:session-1',
  accessKeyId: 'ASIAEXAMPLEEXAMPLE00',
  secretAccessKey: 'only-for-tests/only-for-tests/only-for-s',
  sessionToken: 'only/for+tests==',
  tags: {},
  policies: [],
};

/** For the SDK's clients. */
export const credentialsOf = ({ accessKeyId, secretAccessKey, sessionToken }: Principal) => ({
  accessKeyId,
  secretAccessKey,
  ...(sessionToken !== undefined && { sessionToken }),
});

/** Some gateway responses in the form of KMS, as a deployment sets them. */
export const kmsResponses: GatewayResponses = {
  ACCESS_DENIED: { status: 400, template: '{"__type":"AccessDeniedException","Message":$context.error.messageString}' },
  INVALID_SIGNATURE: {
    status: 400,
    template: '{"__type":"InvalidSignatureException","message":$context.error.messageString}',
  },
};

/** All operations, as declared, behind a gateway: a function each, which takes the gateway's word for who calls, and the router. */
export const startDeployed = async (options: Partial<ApiGatewayOptions> = {}) => {
  const service = await newService({ authenticate: ({ identity }) => callerOfIdentity(identity) });
  service.arriving({ identity: { ...identityOf(alice) } }); // what a test calls past the gateway, as newKey, is hers
  const functions = new Map(
    operations.map((operation) => [`/${operation.name}`, lambdaHandler(operation, service.runtime)]),
  );
  const names = operations.map(({ name }) => name);
  const invoke: InvokeFunction = async (name, payload) => {
    const result = await functions.get(`/${name}`)?.(JSON.parse(payload));
    return { status: 200, failed: false, payload: JSON.stringify(result) };
  };
  functions.set(
    '/',
    routerHandler(names, (name) => name, invoke),
  );
  const gateway = await startApiGateway({ functions, principals: [alice, session], ...options });
  return {
    ...gateway,
    service,
    async close() {
      await gateway.close();
      await service.close();
    },
  };
};

export type Deployed = Awaited<ReturnType<typeof startDeployed>>;
