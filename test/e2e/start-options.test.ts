import { describe, expect, it } from 'vitest';
import { type StartOptions, startOptions, usage } from '../../local/options.ts';

type Row = readonly [
  option: keyof StartOptions,
  flag: readonly string[],
  flagValue: unknown,
  variable: string,
  text: string,
  variableValue: unknown,
  byDefault: unknown,
];

const rows: readonly Row[] = [
  ['port', ['--port', '1'], 1, 'KMS_PORT', '2', 2, 4599],
  ['host', ['--host', '::1'], '::1', 'KMS_HOST', '0.0.0.0', '0.0.0.0', '127.0.0.1'],
  ['dataDir', ['--data', 'a'], 'a', 'KMS_DATA', 'b', 'b', '.kms'],
  ['inMemory', ['--in-memory'], true, 'KMS_IN_MEMORY', '1', true, false],
  ['principalsFile', ['--principals', 'a'], 'a', 'KMS_PRINCIPALS', 'b', 'b', undefined],
  ['seedFile', ['--seed', 'a'], 'a', 'KMS_SEED', 'b', 'b', undefined],
  ['grantDelaySeconds', ['--grant-delay', '1'], 1, 'KMS_GRANT_DELAY', '2', 2, 0],
  ['endpointPolicyFile', ['--endpoint-policy', 'a'], 'a', 'KMS_ENDPOINT_POLICY', 'b', 'b', undefined],
  [
    'dynamoDbEndpoint',
    ['--dynamodb-endpoint', 'http://a'],
    'http://a',
    'KMS_DYNAMODB_ENDPOINT',
    'http://b',
    'http://b',
    undefined,
  ],
  ['attestationRootFile', ['--attestation-root', 'a'], 'a', 'KMS_ATTESTATION_ROOT', 'b', 'b', undefined],
  ['quotas', ['--quotas', 'aws'], 'aws', 'KMS_QUOTAS', 'b.json', 'b.json', undefined],
];

describe('the options of start', () => {
  it.each(rows)(
    '%s: flag before environment before default',
    (option, flag, flagValue, variable, text, variableValue, byDefault) => {
      expect(startOptions([], {})[option]).toEqual(byDefault);
      expect(startOptions([], { [variable]: text })[option]).toEqual(variableValue);
      expect(startOptions(flag, { [variable]: text })[option]).toEqual(flagValue);
      expect(startOptions(flag, {})[option]).toEqual(flagValue);
    },
  );

  it('writes JSON only when asked by the flag', () => {
    expect(startOptions([], {}).json).toBe(false);
    expect(startOptions(['--json'], {}).json).toBe(true);
  });

  it.each(rows)('the usage names %s, with its flag %s and its variable', (_option, [flag], _flagValue, variable) => {
    expect(usage).toContain(flag);
    expect(usage).toContain(variable);
  });

  it('has no option that these tests forget', () => {
    expect(Object.keys(startOptions([], {})).sort()).toEqual([...rows.map(([option]) => option), 'json'].sort());
  });

  it.each(['abc', '-1', '65536', '1.5', '0x10', '1e3', ' 80'])('refuses the port "%s", and shows it', (port) => {
    expect(() => startOptions([`--port=${port}`], {})).toThrow(`"${port}"`);
    expect(() => startOptions([], { KMS_PORT: port })).toThrow(`"${port}"`);
  });

  it.each(['abc', '-1', '1.5', '3601', '1e3'])('refuses the grant delay "%s", and shows it', (delay) => {
    expect(() => startOptions([`--grant-delay=${delay}`], {})).toThrow(`"${delay}"`);
  });
});
