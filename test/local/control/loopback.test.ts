import { describe, expect, it } from 'vitest';
import { isLoopback, isLoopbackHost } from '../../../local/control/loopback.ts';

describe('loopback', () => {
  it.each(['127.0.0.1', '127.3.2.1', '::1', '::ffff:127.0.0.1'])('is the address %s', (address) => {
    expect(isLoopback(address)).toBe(true);
  });

  it.each(['', '10.0.0.1', '128.0.0.1', '0.0.0.0', '::', '::2', '::ffff:10.0.0.1', 'localhost', undefined])(
    'is not the address %s',
    (address) => {
      expect(isLoopback(address)).toBe(false);
    },
  );

  it.each(['localhost', 'LocalHost:4599', '127.0.0.1:4599', '127.0.0.1', '[::1]:4599', '[::1]'])(
    'is the host %s',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );

  it.each([
    'evil.test',
    'evil.test:4599',
    'localhost.evil.test',
    '127.0.0.1.evil.test:4599',
    '10.0.0.1:4599',
    '127.0.0.1:4599:1',
    'localhost@evil.test',
    '',
    undefined,
  ])('is not the host %s', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});
