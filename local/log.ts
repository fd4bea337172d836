import { inspect } from 'node:util';
import type { LogEntry } from '../lambdas/pipeline/ports.ts';

/** The local log: a line an entry, errors with their causes. */
export const logToStderr = ({ level, message, requestId, error }: LogEntry): void => {
  const details = [requestId && `request ${requestId}`, error && inspect(error)].filter(Boolean).join(' ');
  process.stderr.write(`${level}: ${message}${details === '' ? '' : ` (${details})`}\n`);
};
