import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether an IP address is one of this machine's own: IPv4, IPv6, or IPv4 in IPv6. */
export const isLoopback = (address = ''): boolean => {
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 6 ? 'ipv6' : 'ipv4');
};

/** Whether a `Host` header names this machine: `localhost` or a loopback address, with or without a port. */
export const isLoopbackHost = (host = ''): boolean => {
  const name = host.replace(/:\d+$/, '');
  return /^localhost$/i.test(name) || isLoopback(name.replace(/^\[(.+)\]$/, '$1'));
};
