import type { Group } from './command.ts';

/** Reads the audit log; writes nothing, and needs no service that runs. */
export const audit: Group = {
  about: 'Reads the audit log (docs/audit.md); writes nothing, and needs no service that runs.',
  commands: {
    tail: { summary: 'tell calls as they are made', load: async () => (await import('./audit/tail.ts')).tail },
    query: { summary: 'tell calls that were made', load: async () => (await import('./audit/query.ts')).query },
    stats: { summary: 'tell how often keys were used', load: async () => (await import('./audit/stats.ts')).stats },
    bill: { summary: 'tell what the use would cost', load: async () => (await import('./audit/bill.ts')).bill },
    verify: {
      summary: 'tell whether the log was changed',
      load: async () => (await import('./audit/verify.ts')).verify,
    },
  },
};
