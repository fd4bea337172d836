import type { IncomingMessage } from 'node:http';
import { largestBody } from '../core/model/request-size.ts';

/** Of a body that is too large, so much is read and dropped, so that the client gets to read the answer. */
const mostDropped = 16 * largestBody;

/** The whole body; or that it is too large, perhaps before its end; or that the client went away or was too slow. */
export const readBody = (request: IncomingMessage): Promise<Buffer | 'too large' | 'gone'> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= largestBody) chunks.push(chunk);
      else chunks.length = 0;
      if (size > mostDropped) {
        request.pause();
        resolve('too large');
      }
    });
    // What comes after the first of these changes nothing.
    request.on('end', () => resolve(size > largestBody ? 'too large' : Buffer.concat(chunks, size)));
    request.on('error', () => resolve('gone'));
    request.on('close', () => resolve('gone'));
  });
