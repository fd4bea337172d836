import { createHash, randomBytes } from 'node:crypto';
import { uniqueId } from '../../local/principals/principal.ts';
import type { Ask, Role } from './iam.ts';

/** A function in its role: who it is for others, and what it has done. */
export interface Session {
  readonly type: 'AssumedRole';
  readonly accountId: string;
  readonly arn: string;
  readonly principalId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: readonly object[];
  readonly issuer: {
    readonly arn: string;
    readonly accountId: string;
    readonly userName: string;
    readonly principalId: string;
  };
  readonly role: Role;
  /** All that it was allowed, each once. */
  readonly asked: Map<string, Ask>;
}

/** @param name of the function, or whatever AWS service it is */
export const newSession = (role: Role, accountId: string, name: string, region: string): Session => {
  const roleId = uniqueId('AROA', accountId, role.name);
  const sign = createHash('sha256').update(`${region} ${role.name}`).digest('hex').toUpperCase();
  return {
    type: 'AssumedRole',
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${role.name}/${name}`,
    principalId: `${roleId}:${name}`,
    accessKeyId: `ASIA${sign.slice(0, 16)}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(60).toString('base64'),
    tags: {},
    policies: role.documents,
    issuer: { arn: role.arn, accountId, userName: role.name, principalId: roleId },
    role,
    asked: new Map(),
  };
};
