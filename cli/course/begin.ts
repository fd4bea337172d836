import { resolve } from 'node:path';
import type { KMS } from '@aws-sdk/client-kms';
import type { Lesson } from '../../exercises/lesson.ts';
import { defaultRegion } from '../../local/default-region.ts';
import { Failure } from '../../local/failure.ts';
import type { Place } from '../principals-of.ts';
import { makeAccounts } from './accounts.ts';
import { credentialsIn, openClients } from './clients.ts';
import { newLab } from './lab.ts';
import type { LessonFolder } from './lessons.ts';
import { localEndpoint } from './local-endpoint.ts';
import { startMark } from './marks.ts';
import { type Remote, remoteActors } from './remote.ts';
import { begunState, firstOf, keepState, type State } from './state.ts';
import { copyStart, emptyWorkFolder, linkSdk, makeWorkFolder, writeEnvironment } from './work-folder.ts';

/** How a lesson is begun. */
export interface Beginning {
  /** The work folder. */
  readonly dir: string;
  /** What was there before, of a lesson that begins anew. */
  readonly before?: State | undefined;
  readonly remote?: Remote | undefined;
}

/** Makes a lesson's accounts, users, keys and work folder. */
export const begin = async (
  place: Place,
  folder: LessonFolder,
  lesson: Lesson,
  { dir, before, remote }: Beginning,
): Promise<State> => {
  const endpoint = remote ? remote.endpoint : await localEndpoint(place);
  await makeWorkFolder(dir);
  const { round, actors } = remote
    ? { round: 1, actors: await remoteActors(lesson, remote) }
    : await makeAccounts(place, folder, lesson, (before?.round ?? 0) + 1);
  const state: State = {
    round,
    folder: resolve(dir),
    endpoint,
    region: remote?.region ?? defaultRegion,
    remote: remote !== undefined,
    actors,
    facts: {},
    hintsTold: 0,
    passed: false,
  };
  const clients = await openClients(place, state);
  try {
    const lab = newLab(place, state, clients, startMark);
    if (!remote) await untilKnown(lab.as(firstOf(state)));
    await copyStart(folder, state.folder);
    await linkSdk(state.folder);
    const facts = (await lesson.prepare?.(lab)) ?? {};
    const prepared = { ...state, facts };
    const credentials = remote ? new Map() : await credentialsIn(place, state);
    await writeEnvironment(place, folder, lesson, prepared, credentials);
    await keepState(place, folder, prepared);
    return prepared;
  } catch (error) {
    await emptyWorkFolder(state.folder); // as it was before
    throw error;
  } finally {
    clients.close();
  }
};

/** Writes `env` for a service that may have another port now. */
export const refreshEnvironment = async (
  place: Place,
  folder: LessonFolder,
  lesson: Lesson,
  state: State,
): Promise<void> => {
  const now = { ...state, endpoint: await localEndpoint(place) };
  await writeEnvironment(place, folder, lesson, now, await credentialsIn(place, state));
};

/** Empties the work folder and begins again in new accounts, on the service of before. */
export const beginAnew = async (place: Place, folder: LessonFolder, lesson: Lesson): Promise<State> => {
  const before = await begunState(place, folder);
  const { folder: dir, endpoint, region, actors } = before;
  if (!before.remote) await localEndpoint(place); // before anything is removed
  await emptyWorkFolder(dir);
  const profiles = Object.entries(actors).map(([name, { profile, arn }]) => [name, { profile, arn }] as const);
  const remote = before.remote ? { endpoint, region, profiles: new Map(profiles) } : undefined;
  return begin(place, folder, lesson, { dir, before, remote });
};

const patienceMilliseconds = 5000;

/** A running service that cannot look at once looks again and again. @throws {Failure} when it does not see the new ones */
const untilKnown = async (kms: KMS): Promise<void> => {
  const until = Date.now() + patienceMilliseconds;
  for (;;) {
    const error = await kms.listAliases({}).then(() => undefined, (cause: Error) => cause); // biome-ignore format: two outcomes of one question
    if (error === undefined || error.name === 'AccessDeniedException') return;
    if (error.name !== 'UnrecognizedClientException' || Date.now() > until) {
      throw new Failure(
        {
          what: 'the service does not know the users of the lesson',
          why: error.message,
          hint: 'is it started with another --principals FILE? Name that here too',
        },
        { cause: error },
      );
    }
    await new Promise((go) => setTimeout(go, 50));
  }
};
