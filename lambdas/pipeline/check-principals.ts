import { invalidPrincipal } from '../../core/model/grant.ts';
import type { Call } from './call.ts';
import type { Runtime } from './ports.ts';

/**
 * The principals that a call brings must exist, as far as the runtime knows. Asked only of callers who may, whom it
 * tells which principals there are.
 *
 * @throws {KmsError} InvalidArnException
 */
export const checkPrincipals = ({ operation, input }: Call, { principalExists }: Runtime): void => {
  for (const member of operation.permissions.principals ?? []) {
    const arn = input[member];
    if (typeof arn === 'string' && !principalExists(arn)) throw invalidPrincipal(arn);
  }
};
