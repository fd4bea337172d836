import type { Caller } from '../core/model/caller.ts';
import { KmsError } from '../core/model/errors.ts';

const arnPattern = /^arn:(aws[a-z-]*):(iam|sts)::(\d{12}):(user|assumed-role|root)(?:\/(.+))?$/;

/**
 * Who is calling, as API Gateway found out (`requestContext.identity` of a method with AWS_IAM). Anything but a user,
 * a role session or root is refused: a federated user, say, or a caller whose parts contradict each other.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 *
 * @throws {KmsError} MissingAuthenticationTokenException, AccessDeniedException
 */
export const callerOfIdentity = (identity: Readonly<Record<string, unknown>> = {}): Caller => {
  const { userArn: arn, accountId, accessKey: accessKeyId } = identity;
  const principalId = identity.caller ?? identity.user;
  if (!isText(arn) || !isText(accountId) || !isText(accessKeyId) || !isText(principalId)) {
    throw new KmsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const [, partition, service, account, kind, rest] = arnPattern.exec(arn) ?? [];
  const known = { arn, accountId, accessKeyId };
  if (account === accountId) {
    if (service === 'iam' && kind === 'root' && rest === undefined) {
      return { ...known, type: 'Root', principalId: accountId };
    }
    if (service === 'iam' && kind === 'user' && rest !== undefined) {
      return { ...known, type: 'IAMUser', principalId, userName: rest.slice(rest.lastIndexOf('/') + 1) };
    }
    const [userName, session, ...more] = kind === 'assumed-role' && rest !== undefined ? rest.split('/') : [];
    const [roleId, idsSession] = principalId.split(':');
    if (service === 'sts' && userName && session && more.length === 0 && roleId && session === idsSession) {
      // The ARN of a session has no path of its role, so neither has the role's ARN made from it.
      const issuer = { arn: `arn:${partition}:iam::${accountId}:role/${userName}`, principalId: roleId, userName };
      return { ...known, type: 'AssumedRole', principalId, issuer };
    }
  }
  throw new KmsError('AccessDeniedException', `User: ${arn} is not a principal this service knows`);
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
