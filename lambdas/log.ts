import { metricNamespace } from '../core/model/metric.ts';
import type { LogEntry } from './pipeline/ports.ts';

/** One line of JSON, which CloudWatch Logs takes apart by itself, and from which it counts what is a metric. */
export const logLine = ({ error, metric, ...entry }: LogEntry, now: Date): string => {
  const details = { ...entry, error: error === undefined ? undefined : described(error) };
  return `${JSON.stringify({ time: now.toISOString(), ...details, ...(metric && embedded(metric, now)) })}\n`;
};

/**
 * CloudWatch's embedded metric format, without dimensions: the Region is CloudWatch's own.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const embedded = ([Name, count]: NonNullable<LogEntry['metric']>, now: Date) => ({
  _aws: {
    Timestamp: now.getTime(),
    CloudWatchMetrics: [{ Namespace: metricNamespace, Dimensions: [[]], Metrics: [{ Name, Unit: 'Count' }] }],
  },
  [Name]: count,
});

/** By name: other properties of an error may hold what was being handled. */
const described = (error: unknown): unknown => {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  return { name, message, stack, cause: cause === undefined ? undefined : described(cause) };
};
