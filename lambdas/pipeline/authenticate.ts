import type { Call } from './call.ts';
import type { Runtime } from './ports.ts';

/** Finds out who is calling, unless the call comes from inside. From here on the call is on record. */
export const authenticate = (runtime: Runtime) => ({
  before: async ({ event: call }: { event: Call }) => {
    call.caller ??= await runtime.authenticate(call.request);
  },
});
