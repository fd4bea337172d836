import { keyArn } from '../../core/model/arn.ts';
import { KmsError } from '../../core/model/errors.ts';
import type { Context } from '../../core/policy/context.ts';
import { keyPolicyAdmits } from '../../core/policy/evaluate.ts';
import { checkPolicy, compilePolicy, invalidPrincipals, principalsIn } from '../../core/policy/policy.ts';
import { type Call, callerOf } from './call.ts';
import type { Runtime } from './ports.ts';

/** Stands for the id of a key that is about to be made. */
const newKey = '00000000-0000-0000-0000-000000000000';

/**
 * Checks the key policy that a call brings: its form, that its principals exist as far as the runtime knows, and that
 * the caller could replace it again, unless the call says to leave that out. https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 *
 * @throws {KmsError} MalformedPolicyDocumentException, InvalidArnException
 */
export const checkNewPolicy = (
  call: Call,
  context: () => Context,
  { region, principalExists }: Pick<Runtime, 'region' | 'principalExists'>,
): void => {
  const { newPolicy } = call.operation.permissions;
  const document = newPolicy && call.input[newPolicy.from];
  if (newPolicy === undefined || typeof document !== 'string') return;
  const [problem] = checkPolicy(document, 'key');
  if (problem) throw new KmsError(problem.error, problem.message);
  const policy = compilePolicy(document, 'key');
  if (!principalsIn(policy).every((named) => principalExists(named))) {
    throw new KmsError('MalformedPolicyDocumentException', invalidPrincipals);
  }
  if (call.input[newPolicy.bypass] === true) return;

  const principal = callerOf(call);
  const { accountId } = principal;
  const KeyId = call.keys.key?.record.KeyId ?? newKey;
  const resource = { kind: 'key', arn: keyArn({ region, accountId }, KeyId), KeyId, accountId } as const;
  const ofKey = { 'kms:CallerAccount': accountId, 'aws:ResourceAccount': accountId };
  const request = { principal, action: 'kms:PutKeyPolicy', resource, context: { ...context(), ...ofKey } };
  if (!keyPolicyAdmits(request, policy)) {
    throw new KmsError(
      'MalformedPolicyDocumentException',
      'The new key policy will not allow you to update the key policy in the future.',
    );
  }
};
