import { KmsError } from '../../core/model/errors.ts';
import { type Call, callerOf } from './call.ts';
import { foreignResource } from './refusals.ts';

/** Whether the caller may: the keys of its own account, and no others. */
export const authorize = () => ({
  before: ({ event: call }: { event: Call }) => {
    for (const [name, target] of Object.entries(call.operation.keys)) {
      const key = call.keys[name];
      if (key && key.record.AccountId !== callerOf(call).accountId) throw foreignResource(call, target, key.namedBy);
    }
    refuseGrantTokens(call.input.GrantTokens);
  },
});

/** There are no grants, so no token is one of a grant. */
const refuseGrantTokens = (tokens: unknown) => {
  if (Array.isArray(tokens) && tokens.length > 0) {
    throw new KmsError('InvalidGrantTokenException', 'A grant token in the request is not valid.');
  }
};
