import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../local/failure.ts';
import { dataDirFrom } from '../local/options.ts';
import { command, dataOption } from './command.ts';
import { askControl, fromHere } from './control.ts';
import { styled } from './look.ts';
import { factsOf } from './table.ts';

export const status = command({
  summary: 'tell whether it runs',
  about: 'Asks the service of a data folder: where it listens, what it keeps its data in, and its time.',
  options: { deep: { about: 'have it also encrypt and decrypt, with a key of its own' }, ...dataOption },
  json: 'one object: running, endpoint, version, storage, now, dataDir, pid; or running alone',
  examples: [
    ['kms status', 'what runs on the data folder .kms'],
    ['kms status --deep > /dev/null && aws kms list-keys', 'only if it runs, and is well'],
  ],
  exits: { 0: 'it runs, and is well', 1: 'it does not, or is not' },
  async run({ values }) {
    const dataDir = dataDirFrom(values.data, process.env);
    const facts = await factsFrom(dataDir, values.deep === true).catch((error: unknown) => {
      if (values.json) process.stdout.write('{"running":false}\n');
      throw error;
    });
    if (values.json) process.stdout.write(`${JSON.stringify({ running: true, ...facts })}\n`);
    else process.stdout.write(inWords(facts));
    return 0;
  },
});

interface Facts {
  readonly endpoint: string;
  readonly version: string;
  readonly storage: string;
  readonly now: string;
  readonly dataDir: string;
  readonly pid: number | undefined;
}

const factsFrom = async (dataDir: string, deep: boolean): Promise<Facts> => {
  const { now } = (await askControl(dataDir, 'clock', {})) as { now: string }; // as the service answers
  const endpoint = (await readFile(join(dataDir, 'endpoint'), 'utf8')).trim();
  const response = await fetch(`${fromHere(endpoint)}/health${deep ? '?deep=1' : ''}`);
  if (!response.ok) {
    throw new Failure({
      what: `the service at ${endpoint} is not well`,
      why: `it answers ${response.status} when asked for its health`,
      hint: 'read its log',
    });
  }
  const { version, storage } = (await response.json()) as Facts; // as the service answers
  const pid = Number.parseInt(await readFile(join(dataDir, 'lock.pid'), 'utf8').catch(() => ''), 10);
  return { endpoint, version, storage, now, dataDir, pid: Number.isNaN(pid) ? undefined : pid };
};

const inWords = ({ endpoint, version, storage, now, dataDir, pid }: Facts): string =>
  factsOf([
    ['service', `${styled('green', 'running')} at ${endpoint}${pid === undefined ? '' : `, process ${pid}`}`],
    ['version', version],
    ['storage', storage],
    ['data', dataDir],
    ['clock', `${now}${movedBy(Date.parse(now) - Date.now())}`],
  ]);

const day = 86_400_000;

/** The clock of the service is its own. */
const movedBy = (milliseconds: number): string => {
  if (Math.abs(milliseconds) < 5000) return '';
  const days = Math.abs(milliseconds) / day;
  const far = days < 1 ? `${(days * 24).toFixed(1)} hours` : `${days.toFixed(1)} days`;
  return ` (moved ${milliseconds > 0 ? 'forward' : 'back'} by ${far})`;
};
