import { parseKeyIdentifier } from './arn.ts';
import { KmsError } from './errors.ts';

/**
 * The rules of alias names that the pattern of the member does not say.
 * https://docs.aws.amazon.com/kms/latest/developerguide/alias-create.html
 *
 * @throws {KmsError} as AWS answers: no prefix, a colon, nothing after the prefix, or the prefix of AWS managed keys
 */
export const checkAliasName = (AliasName: string): void => {
  if (!AliasName.startsWith('alias/')) {
    throw new KmsError(
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  }
  if (AliasName.includes(':')) {
    throw new KmsError('ValidationException', `${AliasName} contains invalid characters for an alias`);
  }
  if (AliasName === 'alias/') throw new KmsError('InvalidAliasNameException', 'An alias needs a name after "alias/"');
  if (AliasName.startsWith('alias/aws/')) throw new KmsError('NotAuthorizedException');
};

/** @throws {KmsError} ValidationException when the target of an alias is an alias itself */
export const checkAliasTarget = (TargetKeyId: string): void => {
  if (parseKeyIdentifier(TargetKeyId)?.kind === 'alias') {
    throw new KmsError('ValidationException', 'Aliases must refer to keys. Not aliases');
  }
};
