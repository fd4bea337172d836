import { dataDirFrom, UsageError } from '../local/options.ts';
import { command, dataOption } from './command.ts';
import { askControl } from './control.ts';

export const clock = command({
  summary: 'tell or move its clock',
  about: `TO is +8d, +36h or +1y, forward by seconds, minutes, hours, days, weeks, months or years: s m h d w mo y;
-3h, back, by seconds to weeks, where what was deleted stays deleted;
2027-01-01T00:00:00Z, to this instant; or reset, to real time.
Without it, only the time of the running service is told. What a move makes due (rotation, deletion, expiry) is done
when the command ends.`,
  arguments: [{ name: 'TO', optional: true, about: 'where to move it', dashed: /^-\d/ }],
  options: dataOption,
  json: '{"now":"…"}',
  examples: [
    ['kms clock', 'the time of the service'],
    ['kms clock +8d', 'a key whose deletion waits for a week is gone then'],
    ['kms clock reset', 'back to real time'],
  ],
  async run({ values, args: [to] }) {
    const folder = dataDirFrom(values.data, process.env);
    const ask = async (input: object) => String(((await askControl(folder, 'clock', input)) as { now: string }).now); // as the service answers
    const move = to === undefined ? {} : to.startsWith('-') ? backFrom(await ask({}), to) : moveOf(to);
    const now = await ask(move);
    process.stdout.write(`${values.json ? JSON.stringify({ now }) : now}\n`);
    return 0;
  },
});

const time = /^[+-](\d+)(s|mo|m|h|d|w|y)$/;
const designators = {
  s: ['PT', 'S'],
  m: ['PT', 'M'],
  h: ['PT', 'H'],
  d: ['P', 'D'],
  w: ['P', 'W'],
  mo: ['P', 'M'],
  y: ['P', 'Y'],
};
const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** What the control endpoint takes. @throws {UsageError} */
export const moveOf = (to: string): object => {
  if (to === 'reset') return { reset: true };
  if (!to.startsWith('+')) return { set: to };
  const [, count, unit] = time.exec(to) ?? [];
  const found = Object.entries(designators).find(([name]) => name === unit)?.[1];
  if (found === undefined) throw new UsageError(`"${to}" is no time such as +8d`);
  return { advance: `${found[0]}${count}${found[1]}` };
};

const backFrom = (now: string, to: string): object => {
  const [, count, unit = ''] = time.exec(to) ?? [];
  const each = seconds[unit];
  if (each === undefined) throw new UsageError(`"${to}" is no time such as -3h`);
  return { set: new Date(Date.parse(now) - Number(count) * each * 1000).toISOString() };
};
