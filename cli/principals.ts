import type { Group } from './command.ts';

/** Who may call the local service. */
export const principals: Group = {
  about:
    'Who may call the local service: users, roles and accounts of principals.json. What these commands change is in force at once; what else changes the file, within a second.',
  commands: {
    list: { summary: 'tell who there is', load: async () => (await import('./principals/list.ts')).list },
    add: {
      summary: 'make a user or an account',
      load: async () => ({
        about: 'Makes a user or an account, with random keys.',
        commands: {
          user: {
            summary: 'make a user',
            load: async () => (await import('./principals/add-user.ts')).addUser,
          },
          account: {
            summary: 'make an account',
            load: async () => (await import('./principals/add-account.ts')).addAccount,
          },
        },
      }),
    },
    attach: {
      summary: 'give a policy to a user or a role',
      load: async () => ({
        about: 'Gives an identity policy to a user or a role.',
        commands: {
          policy: {
            summary: 'give a policy to a user or a role',
            load: async () => (await import('./principals/attach-policy.ts')).attachPolicy,
          },
        },
      }),
    },
  },
};
