import { cpus, loadavg, totalmem } from 'node:os';

/** From this share of its cores on, a machine that does other work spoils the numbers. */
const busyShare = 0.25;

/** Without the machine and the date a number means nothing. To be asked before the run, whose own load is not meant. */
export const machine = () => ({
  date: new Date().toISOString(),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 1024 ** 3),
  node: process.version,
  system: `${process.platform} ${process.arch}`,
  /** Runnable tasks in the last minute, on average. */
  load: Number(loadavg()[0]?.toFixed(1)),
});

export type Machine = ReturnType<typeof machine>;

export const machineLine = ({ date, cpu, cores, memoryGiB, node, system, load }: Machine): string => {
  const line = `${date.slice(0, 16)}Z, ${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, ${system}`;
  const busy = load > cores * busyShare;
  return busy ? `${line}\nThe machine was busy before the run (load ${load}): times are too long, and vary.` : line;
};

/** A Markdown table that also reads well as text: the first column to the left, the others to the right. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((title, i) => Math.max(title.length, 3, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, i) => (i === 0 ? (cells[i] ?? '').padEnd(width) : (cells[i] ?? '').padStart(width))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [head, rule, ...rows].map(line).join('\n');
};

export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

export const count = (value: number): string => Math.round(value).toLocaleString('en-US');
