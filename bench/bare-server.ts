/**
 * The least a Node server does: reads the body, and gives everybody the same answer. Run as a process of its own, which
 * takes the answer as JSON on stdin and says in one JSON line where it listens.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Reply } from './send.ts';

/** Those that node:http makes itself. */
const ownHeaders = ['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length'];

const { status, rawHeaders, body } = (await json(process.stdin)) as Reply; // written by bench/run.ts
const headers: [string, string][] = [['content-length', String(Buffer.byteLength(body))]];
for (let i = 0; i < rawHeaders.length; i += 2) {
  const [name = '', value = ''] = rawHeaders.slice(i);
  if (!ownHeaders.includes(name.toLowerCase())) headers.push([name, value]);
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.once('end', () => {
    Buffer.concat(chunks);
    response.writeHead(status, headers.flat());
    response.end(body); // as text, so that head and body leave in one write
  });
});
process.once('SIGTERM', () => process.exit());
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo; // of a server on a port
  process.stdout.write(`${JSON.stringify({ ready: true, endpoint: `http://127.0.0.1:${port}`, pid: process.pid })}\n`);
});
