import type { Group } from './command.ts';

/** The root key of the local service. */
export const root: Group = {
  about: 'The root key of the local service, under which all key material in its data folder is wrapped.',
  commands: {
    rotate: { summary: 'put another in its place', load: async () => (await import('./root/rotate.ts')).rotate },
  },
};
