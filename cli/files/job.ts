import { printable } from '../../core/policy/wording.ts';
import type { Call } from '../command.ts';
import type { FileValues } from './options.ts';
import type { Passed } from './pass.ts';
import { bytesText, timeText } from './progress.ts';

/** A file to encrypt or decrypt. */
export interface Job {
  readonly values: FileValues & Call['values'];
  /** As the user named them. */
  readonly keys: readonly string[];
  readonly context: Readonly<Record<string, string>>;
  /** Paths; `-` for stdin and stdout. */
  readonly input: string;
  readonly output: string;
  readonly note: Call['note'];
}

/** What became of a job. */
export interface Done extends Passed {
  /** ARNs of those that can open it, or of the one that did. */
  readonly keys: readonly string[];
  readonly context: Readonly<Record<string, string>>;
}

/** Says what was done: for programs on stdout, unless the data is there; for people on stderr. */
export const tell = ({ values, input, output, note }: Job, { bytes, seconds, keys, context }: Done): void => {
  if (values.json) {
    const line = `${JSON.stringify({ input, output, bytes, seconds, keys, context })}\n`;
    (output === '-' ? process.stderr : process.stdout).write(line);
    return;
  }
  const rate = bytesText(bytes / Math.max(seconds, 0.001));
  const pairs = Object.entries(context).map(([name, value]) => `${name}=${value}`);
  const facts = [
    `${bytesText(bytes)} in ${seconds < 10 ? `${seconds.toFixed(1)} s` : timeText(seconds)}, ${rate}/s`,
    `key ${keys.join(', ')}`,
    ...pairs,
  ];
  note(printable(`${output === '-' ? 'stdout' : output}: ${facts.join('; ')}`));
};

/** Without what the Encryption SDK adds. */
export const ownContext = (context: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(context).filter(([name]) => !name.startsWith('aws-crypto-')));
