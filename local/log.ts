import { inspect } from 'node:util';
import type { LogEntry } from '../lambdas/pipeline/ports.ts';

/** The local log: a line an entry, errors with their causes. */
export const logToStderr = (entry: LogEntry): void => {
  process.stderr.write(logText(entry));
};

/** The same, without what is no trouble. */
export const logTrouble = (entry: LogEntry): void => {
  if (entry.level !== 'info') logToStderr(entry);
};

export const logText = ({ level, message, requestId, caller, action, resource, error }: LogEntry): string => {
  const asked = action && `${caller} asked for ${action} on ${resource}`;
  const details = [requestId && `request ${requestId}`, asked, error && inspect(error)].filter(Boolean).join(', ');
  return `${level}: ${message}${details === '' ? '' : ` (${details})`}\n`;
};
