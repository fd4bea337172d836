import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../cli/program/parser.ts';
import { start } from '../../cli/start.ts';
import { type StartOptions, startOptions } from '../../local/options.ts';

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
  ['processes', ['--processes', '2'], 2, 'KMS_PROCESSES', '3', 3, 1],
  ['quotas', ['--quotas', 'aws'], 'aws', 'KMS_QUOTAS', 'b.json', 'b.json', undefined],
];

const optionsOf = (args: readonly string[], environment: Record<string, string>) =>
  startOptions(parseCommand(['start'], start, args)?.values ?? {}, environment);

describe('the options of start', () => {
  it.each(rows)(
    '%s: flag before environment before default',
    (option, flag, flagValue, variable, text, variableValue, byDefault) => {
      expect(optionsOf([], {})[option]).toEqual(byDefault);
      expect(optionsOf([], { [variable]: text })[option]).toEqual(variableValue);
      expect(optionsOf(flag, { [variable]: text })[option]).toEqual(flagValue);
      expect(optionsOf(flag, {})[option]).toEqual(flagValue);
    },
  );

  it('writes JSON only when asked by the flag', () => {
    expect(optionsOf([], {}).json).toBe(false);
    expect(optionsOf(['--json'], {}).json).toBe(true);
  });

  it.each(rows)('the declaration names %s, with its flag %s and its variable', (_, [flag = ''], _value, variable) => {
    expect(Object.entries(start.options)).toContainEqual([
      flag.slice(2),
      expect.objectContaining({ variable: expect.stringMatching(new RegExp(`^${variable}(=1)?$`)) }),
    ]);
  });

  it('has no option that these tests forget', () => {
    expect(Object.keys(optionsOf([], {})).sort()).toEqual([...rows.map(([option]) => option), 'json'].sort());
  });

  it.each(['abc', '-1', '65536', '1.5', '0x10', '1e3', ' 80'])('refuses the port "%s", and shows it', (port) => {
    expect(() => optionsOf([`--port=${port}`], {})).toThrow(`"${port}"`);
    expect(() => optionsOf([], { KMS_PORT: port })).toThrow(`"${port}"`);
  });

  it.each(['abc', '0', '-1', '1.5', '129', '1e1'])('refuses "%s" processes, and shows it', (processes) => {
    expect(() => optionsOf([`--processes=${processes}`], {})).toThrow(`"${processes}"`);
  });

  it('refuses several processes whose root key is in memory alone', () => {
    expect(() => optionsOf(['--in-memory', '--processes', '2'], {})).toThrow('a data folder');
    expect(optionsOf(['--in-memory', '--processes', '1'], {}).inMemory).toBe(true);
  });

  it.each(['abc', '-1', '1.5', '3601', '1e3'])('refuses the grant delay "%s", and shows it', (delay) => {
    expect(() => optionsOf([`--grant-delay=${delay}`], {})).toThrow(`"${delay}"`);
  });
});
