import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { listen, type ServedByHttp } from '../../local/server.ts';

it('knows where a call came from, though its connection was reset right after it', async () => {
  const from: string[] = [];
  const service: ServedByHttp = {
    call: async (_, { sourceIp }) => {
      from.push(sourceIp);
      return { status: 200, headers: {}, body: '{}' };
    },
    control: () => expect.fail(),
    checkDeeply: async () => {},
    storage: 'memory',
    log: () => {},
  };
  const server = await listen(service, { host: '127.0.0.1', port: 0 });
  const calls = 50;
  for (let n = 0; n < calls; n += 1) {
    const socket = connect(server.port, '127.0.0.1').on('error', () => {});
    socket.write('GET /health HTTP/1.1\r\nhost: kms\r\n\r\n');
    await once(socket, 'data'); // so it was accepted
    socket.write('POST / HTTP/1.1\r\nhost: kms\r\nx-amz-target: TrentService.ListKeys\r\ncontent-length: 2\r\n\r\n{}');
    socket.resetAndDestroy(); // both are there when the server looks
    await once(socket, 'close');
  }
  await expect.poll(() => from.length).toBe(calls);
  await server.stop();
  expect(new Set(from)).toEqual(new Set(['127.0.0.1']));
});
