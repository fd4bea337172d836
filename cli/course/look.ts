import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CallRecord, type Look, ProgramError, type RecordFilter } from '../../exercises/lesson.ts';
import { readRecords } from '../../local/audit/read-records.ts';
import { dataDirFrom } from '../../local/options.ts';
import type { Place } from '../principals-of.ts';
import type { Clients } from './clients.ts';
import { accountNamed, newLab } from './lab.ts';
import { checkMark, startMark } from './marks.ts';
import { type RunningProgram, runProgram } from './program.ts';
import type { State } from './state.ts';

/** What a check sees of a lesson. */
export const newLook = (place: Place, state: State, clients: Clients): Look & { close(): Promise<void> } => {
  const lab = newLab(place, state, clients, checkMark);
  let all: Promise<readonly CallRecord[]> | undefined;
  const recordsOf = async ({ operation, user, error, key }: RecordFilter, isWanted: (agent: string) => boolean) => {
    all ??= recordsIn(place, state);
    const arn = user === undefined ? undefined : lab.arn(user);
    return (await all).filter(
      (one) =>
        isWanted(one.userAgent ?? '') &&
        (operation === undefined || one.eventName === operation) &&
        (arn === undefined || one.userIdentity?.arn === arn) &&
        (error === undefined || error === (one.errorCode ?? 'none')) &&
        (key === undefined || one.resources?.some(({ ARN }) => ARN === key || ARN?.endsWith(`:key/${key}`)) === true),
    );
  };
  const running = new Map<string, Promise<RunningProgram>>();
  const started: Promise<RunningProgram>[] = [];
  const programOf = (path: string, anew?: 'anew'): Promise<RunningProgram> => {
    const program = (anew ? undefined : running.get(path)) ?? runProgram(path);
    if (!started.includes(program)) started.push(program);
    running.set(path, program);
    return program;
  };
  const pathOf = (file: string | URL) => (file instanceof URL ? fileURLToPath(file) : lab.path(file));
  return {
    ...lab,
    examiner: (account = Object.values(state.actors)[0]?.account ?? '', region) =>
      clients.examiner(accountNamed(state, account), region, checkMark),
    records: (filter = {}) => recordsOf(filter, (agent) => !agent.includes(startMark) && !agent.includes(checkMark)),
    recordsBefore: (filter = {}) => recordsOf(filter, (agent) => agent.includes(startMark)),
    async files() {
      const all = await readdir(state.folder, { withFileTypes: true, recursive: true });
      const names = all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
      return names.map((name) => relative(state.folder, name)).filter((name) => !name.includes('node_modules'));
    },
    async call(file, ...call) {
      const [answer] = await (await programOf(pathOf(file))).calls([call]);
      if (answer?.error !== undefined)
        throw new ProgramError(file instanceof URL ? answer.error : `${file}, ${call[0]}: ${answer.error}`);
      return answer?.result;
    },
    calls: async (file, calls, anew) => (await programOf(pathOf(file), anew)).calls(calls),
    async close() {
      for (const program of await Promise.allSettled(started)) {
        if (program.status === 'fulfilled') await program.value.close();
      }
    },
  };
};

/** Those of the lesson's accounts, which no earlier round had. */
const recordsIn = async (place: Place, state: State): Promise<readonly CallRecord[]> => {
  const folder = join(dataDirFrom(place.data, process.env), 'audit');
  const ids = new Set(Object.values(state.actors).map(({ accountId }) => accountId));
  const found = new Map<string, CallRecord>();
  for await (const record of readRecords(folder, undefined, () => {})) {
    const one = record as unknown as CallRecord; // of CloudTrail's form, as this service writes them
    if (ids.has(one.recipientAccountId ?? '') || ids.has(one.userIdentity?.accountId ?? ''))
      found.set(one.eventID, one);
  }
  return [...found.values()];
};
