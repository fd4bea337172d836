import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { askControl } from '../../cli/control.ts';
import { newFolder, removeFolders } from '../e2e/folders.ts';

describe('asking a running service', () => {
  const server = createServer();
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    server.removeAllListeners('request');
  });
  afterAll(removeFolders);

  /** The data folder of a service that answers so. */
  const folderOf = async (answer: RequestListener) => {
    const folder = await newFolder();
    await mkdir(folder, { recursive: true });
    server.on('request', answer).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo; // it listens on a port
    await writeFile(join(folder, 'endpoint'), `http://127.0.0.1:${port}\n`);
    await writeFile(join(folder, 'control-token'), 'a token\n');
    return folder;
  };

  it('sends the token of the data folder, and gives back what was answered', async () => {
    const folder = await folderOf((request, response) => {
      response.end(JSON.stringify({ url: request.url, token: request.headers['x-kms-control'] }));
    });
    expect(await askControl(folder, 'clock', {})).toEqual({ url: '/_local/clock', token: 'a token' });
  });

  it('tells a service that is long at work from one that does not run', async () => {
    const folder = await folderOf(() => undefined);
    await expect(askControl(folder, 'clock', {}, 0.1)).rejects.toThrow(/is at work, and has not answered in 0.1 s/);
    server.closeAllConnections();
    server.close();
    await expect(askControl(folder, 'clock', {}, 0.1)).rejects.toThrow(/^no service runs on the data folder/);
  });

  it('says why the service refused', async () => {
    const folder = await folderOf((_, response) => {
      response.writeHead(400).end(JSON.stringify({ message: 'no such time' }));
    });
    await expect(askControl(folder, 'clock', {})).rejects.toThrow('no such time');
  });
});
