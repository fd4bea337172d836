import type { Group } from './command.ts';

const running = 'The service:';
const deployed = 'A deployed service:';
const looking = 'Looking into it:';
const data = 'Data:';

/** Everything `kms` can do. */
export const commands: Group = {
  about: 'A Key Management Service that speaks the AWS KMS API, on this machine: runs it, and works with it.',
  commands: {
    start: { heading: running, summary: 'run the service', load: async () => (await import('./start.ts')).start },
    status: {
      heading: running,
      summary: 'tell whether it runs',
      load: async () => (await import('./status.ts')).status,
    },
    env: {
      heading: running,
      summary: 'print export lines for a shell',
      load: async () => (await import('./env.ts')).env,
    },
    clock: {
      heading: running,
      summary: 'tell or move its clock',
      load: async () => (await import('./clock.ts')).clock,
    },
    seed: { heading: running, summary: 'judge a seed file', load: async () => (await import('./seed.ts')).seed },
    principals: {
      heading: running,
      summary: 'tell and change who may call',
      load: async () => (await import('./principals.ts')).principals,
    },
    root: {
      heading: running,
      summary: 'rotate the key that all keys are wrapped under',
      load: async () => (await import('./root.ts')).root,
    },
    why: {
      heading: looking,
      summary: 'tell why a call was allowed or refused',
      load: async () => (await import('./why.ts')).why,
    },
    simulate: {
      heading: looking,
      summary: 'tell whether a call would be allowed',
      load: async () => (await import('./simulate.ts')).simulate,
    },
    audit: {
      heading: looking,
      summary: 'read and verify the audit log',
      load: async () => (await import('./audit.ts')).audit,
    },
    encrypt: {
      heading: data,
      summary: 'encrypt a file of any size',
      load: async () => (await import('./encrypt.ts')).encrypt,
    },
    decrypt: {
      heading: data,
      summary: 'decrypt what encrypt wrote',
      load: async () => (await import('./decrypt.ts')).decrypt,
    },
    course: {
      heading: 'Learning:',
      summary: 'lessons on key management, with checks',
      load: async () => (await import('./course.ts')).course,
    },
    proxy: {
      heading: deployed,
      summary: 'lead KMS clients to a deployed service',
      load: async () => (await import('./proxy.ts')).proxy,
    },
    'cli-model': {
      heading: deployed,
      summary: 'write a service model for the AWS CLI and boto3',
      load: async () => (await import('./cli-model.ts')).cliModel,
    },
    completion: {
      heading: 'Your shell:',
      summary: 'have bash, zsh or fish complete commands and options',
      load: async () => (await import('./completion/scripts.ts')).completion,
    },
    candidates: {
      hidden: true,
      summary: 'what could stand where the last word stands: asked by shells',
      load: async () => (await import('./completion/candidates.ts')).candidates,
    },
  },
};
