import { parseArgs } from 'node:util';
import { dataDirFrom, UsageError } from '../local/options.ts';
import { askControl } from './control.ts';

const usage = `usage: npm run -s clock -- [+TIME | -TIME | INSTANT | reset] [--data DIR]

  +8d, +36h, +1y        forward by seconds, minutes, hours, days, weeks, months or years: s m h d w mo y
  -3h                   back, by seconds to weeks; what was deleted stays deleted
  2027-01-01T00:00:00Z  to this instant
  reset                 to real time
  --data DIR            the data folder of the service       KMS_DATA   .kms

Without any of them it only tells the time of the running service. What a move makes due (rotation, deletion, expiry) is
done when the command ends.
`;

/** Tells or moves the clock of the running service. */
export const run = async (args: readonly string[]): Promise<number> => {
  // A time that goes back looks like a flag.
  const back = args.find((arg) => /^-\d/.test(arg));
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== back),
    options: { data: { type: 'string' }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const [to, ...more] = back === undefined ? positionals : [back, ...positionals];
  if (more.length > 0) throw new UsageError(`only one time can be given\n\n${usage}`);
  const folder = dataDirFrom(values.data, process.env);
  const ask = async (input: object) => String(((await askControl(folder, 'clock', input)) as { now: string }).now); // as the service answers
  const move = to === undefined ? {} : to.startsWith('-') ? backFrom(await ask({}), to) : moveOf(to);
  process.stdout.write(`${await ask(move)}\n`);
  return 0;
};

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

const moveOf = (to: string): object => {
  if (to === 'reset') return { reset: true };
  if (!to.startsWith('+')) return { set: to };
  const [, count, unit] = time.exec(to) ?? [];
  const found = Object.entries(designators).find(([name]) => name === unit)?.[1];
  if (found === undefined) throw new UsageError(`"${to}" is no time such as +8d\n\n${usage}`);
  return { advance: `${found[0]}${count}${found[1]}` };
};

const backFrom = (now: string, to: string): object => {
  const [, count, unit = ''] = time.exec(to) ?? [];
  const each = seconds[unit];
  if (each === undefined) throw new UsageError(`"${to}" is no time such as -3h\n\n${usage}`);
  return { set: new Date(Date.parse(now) - Number(count) * each * 1000).toISOString() };
};
