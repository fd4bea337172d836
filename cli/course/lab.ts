import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { type Lab, missing } from '../../exercises/lesson.ts';
import { Failure } from '../../local/failure.ts';
import { dataDirFrom } from '../../local/options.ts';
import { moveOf } from '../clock.ts';
import { askControl } from '../control.ts';
import type { Place } from '../principals-of.ts';
import { attachPolicy } from './attach.ts';
import type { Clients } from './clients.ts';
import type { Actor, State } from './state.ts';

/** A lesson that was begun, at hand. @param mark stands in the user agent of every call */
export const newLab = (place: Place, state: State, clients: Clients, mark?: string): Lab => {
  const actor = (name: string): Actor => state.actors[name] ?? unknown('user', name);
  const pathOf = (name: string): string => {
    const path = resolve(state.folder, name);
    return path.startsWith(`${state.folder}${sep}`) ? path : unknown('file', name);
  };
  return {
    as: (name, region) => clients.of(actor(name), region, mark),
    arn: (name) => actor(name).arn,
    account: (name) => accountNamed(state, name),
    fact: (name) => state.facts[name] ?? unknown('fact', name),
    path: pathOf,
    read: (name) =>
      readFile(pathOf(name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        return missing(`${name} is not there, in ${state.folder}`);
      }),
    async write(name, content) {
      await mkdir(dirname(pathOf(name)), { recursive: true });
      await writeFile(pathOf(name), content);
    },
    attach: (name, policy) => attachPolicy(place, state, name, policy),
    async clock(to) {
      if (!state.remote) await askControl(dataDirFrom(place.data, process.env), 'clock', moveOf(to));
      else throw new Failure({ what: 'the clock cannot be moved', why: 'only a local service lets it', hint: '' });
    },
  };
};

export const accountNamed = (state: State, name: string): string =>
  Object.values(state.actors).find(({ account }) => account === name)?.accountId ?? unknown('account', name);

/** A fault of the lesson's. */
const unknown = (what: string, name: string): never => {
  throw new RangeError(`the lesson has no ${what} ${name}`);
};
