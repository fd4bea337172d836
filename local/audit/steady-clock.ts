import { glob } from 'node:fs/promises';
import { digestEnd } from '../../core/audit/digest-names.ts';
import { logFileMinute } from '../../core/audit/log-file.ts';
import type { Runtime } from '../../lambdas/pipeline/ports.ts';

/** Clocks are set right by seconds all the time. */
const worthTellingSeconds = 60;

/**
 * A clock for the names of files and the spans of digests, which never goes back: when the other one does, it goes on
 * from where it was until it is overtaken. So a new file never looks like one that somebody slipped in among old ones. What
 * records say of when events were, is left as it is.
 *
 * @param folder  the audit folder: the clock begins no earlier than the newest name in it
 * @param elapsed milliseconds of whatever begin, which nobody can set
 */
export const steadyClock = async (
  folder: string,
  clock: () => Date,
  log: Runtime['log'],
  elapsed = () => performance.now(),
): Promise<() => Date> => {
  let latest = await newestIn(folder);
  let at = elapsed();
  let isBehind = false;
  return () => {
    const time = clock().getTime();
    const goneOn = latest + elapsed() - at;
    at = elapsed();
    const wasBehind = isBehind;
    isBehind = time < goneOn - worthTellingSeconds * 1000;
    latest = Math.max(time, goneOn);
    const now = new Date(latest);
    const message = `The clock went back: audit files are named as if it were ${now.toISOString()}, until it is later`;
    if (isBehind && !wasBehind) log({ level: 'warn', message });
    return now;
  };
};

/** @returns milliseconds; 0 where there is no audit log yet */
const newestIn = async (folder: string): Promise<number> => {
  const days = new Map<string, string[]>();
  for await (const path of glob('AWSLogs/*/CloudTrail{,-Digest}/*/[0-9]*/[0-9]*/[0-9]*', { cwd: folder })) {
    const day = path.split(/[\\/]/).slice(-3).join('/');
    days.set(day, [...(days.get(day) ?? []), path]);
  }
  const [newest] = [...days.keys()].sort().reverse();
  let latest = 0;
  for (const path of days.get(newest ?? '') ?? []) {
    for await (const file of glob(`${path}/*.json.gz`, { cwd: folder })) {
      latest = Math.max(latest, (digestEnd(file) ?? logFileMinute(file) ?? new Date(0)).getTime());
    }
  }
  return latest;
};
