import { type Lesson, Missing, ProgramError } from '../../exercises/lesson.ts';
import type { Place } from '../principals-of.ts';
import { openClients } from './clients.ts';
import { newLook } from './look.ts';
import type { State } from './state.ts';

/** What a check found of a part. */
export interface Judged {
  readonly part: string;
  readonly done: string;
  /** `waits`: parts before it are missing. `unseen`: needs audit records, which are not at hand. */
  readonly state: 'done' | 'missing' | 'waits' | 'unseen';
  /** What is missing, or which part it waits for. */
  readonly why: string;
}

/** Looks at every part of a lesson, in order. */
export const judge = async (place: Place, lesson: Lesson, state: State): Promise<readonly Judged[]> => {
  const clients = await openClients(place, state);
  const look = newLook(place, state, clients);
  try {
    const judged = new Map<string, Judged>();
    for (const [name, part] of Object.entries(lesson.parts)) {
      const waited = (part.after ?? []).find((one) => !isFine(judged.get(one)?.state));
      const found =
        waited !== undefined
          ? ({ state: 'waits', why: `first: ${judged.get(waited)?.done ?? waited}` } as const)
          : part.records && state.remote
            ? ({ state: 'unseen', why: 'seen in audit records: only a local service has them at hand' } as const)
            : await judgePart(() => part.look(look));
      judged.set(name, { part: name, done: part.done, ...found });
    }
    return [...judged.values()];
  } finally {
    await look.close();
    clients.close();
  }
};

const judgePart = async (look: () => Promise<void>): Promise<Pick<Judged, 'state' | 'why'>> => {
  try {
    await look();
    return { state: 'done', why: '' };
  } catch (error) {
    if (error instanceof Missing) return { state: 'missing', why: error.message };
    if (error instanceof ProgramError) return { state: 'missing', why: `your program: ${error.message}` };
    if (isRefusal(error)) return { state: 'missing', why: `KMS answered ${error.name}: ${error.message}` };
    throw error;
  }
};

/** Of the SDK, for answers of 4xx. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof Error && '$fault' in error && error.$fault === 'client';

/** Whether nothing is missing of what could be seen. */
export const isPassed = (judged: readonly Judged[]): boolean => judged.every(({ state }) => isFine(state));

const isFine = (state: Judged['state'] | undefined): boolean => state === 'done' || state === 'unseen';
