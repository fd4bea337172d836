import type { Principals } from '../principals.ts';
import type { ControlEndpoint } from './endpoint.ts';

/** Looks at principals.json at once: who changes it need not wait until it is looked at again. Answers `{}`, whatever it read. */
export const newPrincipalsControl =
  (principals: Pick<Principals, 'look'>): ControlEndpoint =>
  async () => {
    await principals.look();
    return {};
  };
