import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../cli/program/parser.ts';
import { proxy } from '../../cli/proxy.ts';
import { proxyOptions } from '../../clients/proxy/options.ts';

const endpoint = 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod';
const optionsIn = (args: readonly string[], environment: Record<string, string>) =>
  proxyOptions(parseCommand(['proxy'], proxy, args)?.values ?? {}, environment);
const optionsOf = (...args: string[]) => optionsIn(args, {});

describe('the options of the proxy', () => {
  it('are an endpoint, which tells its Region', () => {
    const { endpoint: url, ...rest } = optionsOf('--endpoint', `${endpoint}/`);
    expect(url.href).toBe(endpoint);
    expect(rest).toEqual({ region: 'eu-west-1', port: 4600, profile: undefined, json: false });
  });

  it.each([
    ['vpce-0123-ab.execute-api.eu-west-1.vpce.amazonaws.com', 'eu-west-1'],
    ['a1b2c3d4e5.execute-api.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
  ])('read the Region from %s', (host, region) => {
    expect(optionsOf('--endpoint', `https://${host}/prod`).region).toBe(region);
  });

  it('take the Region of a name of one’s own from the flag, then from the environment', () => {
    const args = ['--endpoint', 'https://kms.example.com'];
    expect(optionsIn([...args, '--region', 'eu-west-3'], { AWS_REGION: 'eu-west-1' }).region).toBe('eu-west-3');
    expect(optionsIn(args, { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' }).region).toBe('eu-west-1');
    expect(optionsIn(args, { AWS_DEFAULT_REGION: 'eu-west-2' }).region).toBe('eu-west-2');
  });

  it.each([
    [[], /no endpoint/],
    [['--endpoint', 'prod'], /not a URL/],
    [['--endpoint', 'http://kms.example.com/prod'], /in clear/],
    [['--endpoint', 'ftp://kms.example.com/prod'], /in clear/],
    [['--endpoint', 'https://me:secret@kms.example.com/prod'], /more than a host/],
    [['--endpoint', 'https://kms.example.com/prod?x=1'], /more than a host/],
    [['--endpoint', 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/'], /stage is missing/],
    [['--endpoint', endpoint, '--region', 'us-east-1'], /is in eu-west-1/],
    [['--endpoint', 'https://kms.example.com'], /does not name it/],
    [['--endpoint', 'https://kms.example.com', '--region', 'Mars'], /no Region is named so/],
    [['--endpoint', endpoint, '--port', '70000'], /0 to 65535/],
  ])('say of %j what is wrong, why, and what to do', (args, why) => {
    expect(() => optionsOf(...args)).toThrow(why);
    expect(() => optionsOf(...args)).toThrow(/^[^\n]+\nwhy: [^\n]+\nhint: [^\n]+$/);
  });

  it('allow HTTP to this machine alone', () => {
    const options = optionsOf('--endpoint', 'http://127.0.0.1:3000/prod', '--region', 'us-east-1');
    expect(options.endpoint.href).toBe('http://127.0.0.1:3000/prod');
  });
});
