import { expect, it } from 'vitest';
import { callerOfIdentity } from '../../lambdas/caller.ts';
import { identities } from './gateway-event.ts';

const { user, session, root } = identities;
const account = user.accountId;

it('knows a user, by the last part of its path', () => {
  expect(callerOfIdentity(user)).toEqual({
    type: 'IAMUser',
    accountId: account,
    arn: user.userArn,
    principalId: 'AIDAEXAMPLEEXAMPLE000',
    accessKeyId: 'AKIAEXAMPLEEXAMPLE00',
    userName: 'alice',
  });
});

it('knows a session and the role behind it', () => {
  expect(callerOfIdentity(session)).toEqual({
    type: 'AssumedRole',
    accountId: account,
    arn: session.userArn,
    principalId: 'AROAEXAMPLEEXAMPLE000:session-1',
    accessKeyId: 'ASIAEXAMPLEEXAMPLE00',
    issuer: { arn: `arn:aws:iam::${account}:role/Lab`, principalId: 'AROAEXAMPLEEXAMPLE000', userName: 'Lab' },
  });
});

it('knows root', () => {
  const { userArn: arn, accountId, accessKey: accessKeyId } = root;
  expect(callerOfIdentity(root)).toEqual({ type: 'Root', accountId, arn, principalId: accountId, accessKeyId });
});

it('keeps to the partition of the caller', () => {
  const userArn = `arn:aws-cn:sts::${account}:assumed-role/Lab/session-1`;
  expect(callerOfIdentity({ ...session, userArn }).issuer?.arn).toBe(`arn:aws-cn:iam::${account}:role/Lab`);
});

it.each([
  ['no identity at all', undefined],
  [
    'an anonymous caller',
    { sourceIp: '203.0.113.7', userArn: null, accountId: null, accessKey: null, caller: null, user: null },
  ],
  ['no ARN', { ...user, userArn: undefined }],
  ['an empty ARN', { ...user, userArn: '' }],
  ['no account', { ...user, accountId: null }],
  ['no access key', { ...user, accessKey: null }],
  ['no principal id', { ...user, caller: null, user: null }],
  ['an ARN that is no text', { ...user, userArn: [user.userArn] }],
])('takes %s for a missing signature', (_, identity) => {
  expect(() => callerOfIdentity(identity)).toThrow(
    expect.objectContaining({ name: 'MissingAuthenticationTokenException' }),
  );
});

it.each([
  ['a federated user', { ...user, userArn: `arn:aws:sts::${account}:federated-user/alice` }],
  ['a role that is no session', { ...session, userArn: `arn:aws:iam::${account}:role/Lab` }],
  ['a session of IAM', { ...session, userArn: `arn:aws:iam::${account}:assumed-role/Lab/session-1` }],
  ['a user of STS', { ...user, userArn: `arn:aws:sts::${account}:user/alice` }],
  ['a user without a name', { ...user, userArn: `arn:aws:iam::${account}:user` }],
  ['root with something behind it', { ...root, userArn: `arn:aws:iam::${account}:root/x` }],
  ['a session without a session name', { ...session, userArn: `arn:aws:sts::${account}:assumed-role/Lab` }],
  ['a session with too many parts', { ...session, userArn: `arn:aws:sts::${account}:assumed-role/Lab/x/session-1` }],
  ['a session whose id is of another', { ...session, caller: 'AROAEXAMPLEEXAMPLE000:other' }],
  ['a session whose id has no role', { ...session, caller: ':session-1' }],
  ['an ARN of another account', { ...user, accountId: '444455556666' }],
  ['an ARN of another service', { ...user, userArn: `arn:aws:s3::${account}:user/alice` }],
  ['an ARN with a line break before it', { ...user, userArn: `x\n${user.userArn}` }],
  ['no ARN but some text', { ...user, userArn: 'alice' }],
])('refuses %s', (_, identity) => {
  expect(() => callerOfIdentity(identity)).toThrow(expect.objectContaining({ name: 'AccessDeniedException' }));
});
