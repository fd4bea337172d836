import type { LogEntry } from './pipeline/ports.ts';

/** One line of JSON, which CloudWatch Logs takes apart by itself. */
export const logLine = ({ error, ...entry }: LogEntry, now: Date): string =>
  `${JSON.stringify({ time: now.toISOString(), ...entry, error: error === undefined ? undefined : described(error) })}\n`;

/** By name: other properties of an error may hold what was being handled. */
const described = (error: unknown): unknown => {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  return { name, message, stack, cause: cause === undefined ? undefined : described(cause) };
};
