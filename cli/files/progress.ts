import { widthOf } from '../look.ts';

export interface Progress {
  /** Bytes so far. */
  readonly done: number;
  /** Bytes in all, where that is known. */
  readonly total: number | undefined;
  readonly seconds: number;
}

/** A line no wider than `width`: how far, how fast, how long still; and a bar where there is room. */
export const progressLine = ({ done, total, seconds }: Progress, width: number): string => {
  const rate = seconds > 0 ? done / seconds : 0;
  const speed = `${bytesText(rate)}/s`;
  if (total === undefined) return `${bytesText(done)}  ${speed}  ${timeText(seconds)}`.slice(0, width);
  const share = total === 0 ? 1 : Math.min(done / total, 1);
  const left = rate > 0 ? `${timeText(Math.max(total - done, 0) / rate)} left` : '';
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  const text = [percent, `${bytesText(done)} of ${bytesText(total)}`, speed, left].filter(Boolean).join('  ');
  const room = Math.min(width - text.length - 3, 40);
  if (room < 10) return (text.length > width ? `${percent}  ${left}` : text).slice(0, width);
  const filled = Math.round(share * room);
  return `[${'#'.repeat(filled)}${'-'.repeat(room - filled)}] ${text}`;
};

/** `1.2 GB`: powers of 1000. */
export const bytesText = (bytes: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const value = bytes / 1000 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
};

/** `7 s`, `1:05`, `2:00:09`. */
export const timeText = (seconds: number): string => {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
};

/** Shows progress on the terminal, over and over on one line. @returns what ends it, and leaves nothing of the line */
export const showProgress = (read: () => Progress): (() => void) => {
  const { stderr } = process;
  // A terminal that is written to its last column begins a new line.
  const show = () => stderr.write(`\r\u001b[K${progressLine(read(), widthOf(stderr) - 1)}`);
  const timer = setInterval(show, 200);
  return () => {
    clearInterval(timer);
    stderr.write('\r\u001b[K');
  };
};
