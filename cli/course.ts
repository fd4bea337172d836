import type { Group } from './command.ts';

/** Lessons on key management, against the local service. */
export const course: Group = {
  about:
    'Lessons on key management, 15 to 40 minutes each: a task on the running service, in accounts of its own, and a check that looks at what was really done.',
  commands: {
    list: {
      summary: 'tell the lessons, and how far you are',
      load: async () => (await import('./course/list.ts')).list,
    },
    start: { summary: 'begin a lesson', load: async () => (await import('./course/start.ts')).start },
    check: { summary: 'tell what of a lesson is done', load: async () => (await import('./course/check.ts')).check },
    hint: { summary: 'tell one hint more', load: async () => (await import('./course/hint.ts')).hint },
    reset: { summary: 'begin a lesson anew', load: async () => (await import('./course/reset.ts')).reset },
    solution: { summary: 'tell the solution', load: async () => (await import('./course/solution.ts')).solution },
  },
};
