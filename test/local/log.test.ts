import { describe, expect, it } from 'vitest';
import { logLine } from '../../lambdas/log.ts';
import { logText } from '../../local/log.ts';

const refusal = {
  level: 'info',
  message: 'refused: bob has no identity policy that allows kms:Decrypt.',
  requestId: '5c5f2f5e-3f0b-4c63-9a3a-5b1a6f3c8a10',
  caller: 'arn:aws:iam::111122223333:user/bob',
  action: 'kms:Decrypt',
  resource: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
} as const;

describe('a refusal in the log', () => {
  it('is a line for people on one machine', () => {
    expect(logText(refusal)).toBe(
      'info: refused: bob has no identity policy that allows kms:Decrypt. (request 5c5f2f5e-3f0b-4c63-9a3a-5b1a6f3c8a10, arn:aws:iam::111122223333:user/bob asked for kms:Decrypt on arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab)\n',
    );
  });

  it('is a line of JSON on AWS', () => {
    const line = logLine(refusal, new Date('2026-11-21T12:00:00Z'));
    expect(line).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(line)).toEqual({ time: '2026-11-21T12:00:00.000Z', ...refusal });
  });
});

describe('a metric in the log', () => {
  const warning = {
    level: 'warn',
    message: 'imported material of 2 keys expires within 7 days',
    metric: ['KeyMaterialExpiring', 2],
  } as const;

  it('is a line for people on one machine', () => {
    expect(logText(warning)).toBe('warn: imported material of 2 keys expires within 7 days\n');
  });

  it('is a number in the embedded metric format on AWS, from which CloudWatch counts', () => {
    const { level, message } = warning;
    const now = new Date('2026-11-21T12:00:00Z');
    expect(JSON.parse(logLine(warning, now))).toEqual({
      time: now.toISOString(),
      level,
      message,
      _aws: {
        Timestamp: now.getTime(),
        CloudWatchMetrics: [
          {
            Namespace: 'ServerlessKms',
            Dimensions: [[]],
            Metrics: [{ Name: 'KeyMaterialExpiring', Unit: 'Count' }],
          },
        ],
      },
      KeyMaterialExpiring: 2,
    });
  });
});
