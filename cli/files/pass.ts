import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Duplex, type Readable, Transform, type Writable } from 'node:stream';
import { Failure } from '../../local/failure.ts';
import { showProgress } from './progress.ts';
import type { Sinks } from './whole-file.ts';

/** What flows from a file or stdin to a file or stdout. */
export interface Source {
  readonly stream: Readable;
  /** In bytes, of a file. */
  readonly size: number | undefined;
}

/** @param path `-` for stdin */
export const openSource = async (path: string): Promise<Source> => {
  if (path === '-') return { stream: process.stdin, size: undefined };
  const facts = await stat(path);
  if (facts.isDirectory()) {
    throw new Failure({ what: `${path} is not read`, why: 'it is a folder', hint: `tar c ${path} | kms encrypt -` });
  }
  const stream = createReadStream(path, { highWaterMark: chunkBytes });
  await once(stream, 'open');
  return { stream, size: facts.isFile() ? facts.size : undefined };
};

const chunkBytes = 256 * 1024;

/** What passed. */
export interface Passed {
  /** Bytes read. */
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * Has all of a source pass through `stream` into the sinks, with progress on a terminal; Ctrl-C and SIGTERM stop it.
 *
 * @throws {Failure} when it is stopped; else what the streams failed with
 */
export const pass = async (source: Source, stream: Duplex, sinks: Sinks, quiet: boolean): Promise<Passed> => {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const stop = new AbortController();
  const stopped = (signal: NodeJS.Signals) => stop.abort(signal);
  process.once('SIGINT', stopped).once('SIGTERM', stopped);
  const isShown = !quiet && process.stderr.isTTY;
  const endProgress = isShown
    ? showProgress(() => ({ done: bytes, total: source.size, seconds: seconds() }))
    : () => {};
  try {
    await flow([source.stream, meter, stream, ...sinks], stop.signal);
    return { bytes, seconds: seconds() };
  } catch (error) {
    if (stop.signal.aborted) throw interrupted(stop.signal.reason === 'SIGTERM' ? 143 : 130, error);
    throw error;
  } finally {
    endProgress();
    process.off('SIGINT', stopped).off('SIGTERM', stopped);
  }
};

/**
 * Has each stream flow into the next. None in the middle is destroyed when another fails, as `pipeline` would do: that of
 * the Encryption SDK throws then, where nobody can catch it.
 */
const flow = async (
  [source, ...others]: readonly [Readable, ...(Duplex | Writable)[]],
  signal: AbortSignal,
): Promise<void> => {
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      let last: Readable | Duplex | Writable = source.on('error', reject);
      for (const next of others) last = (last as Readable).pipe(next.on('error', reject)); // only the last is no Readable
      last.on('finish', resolve);
    });
  } finally {
    source.destroy();
  }
};

const interrupted = (exit: number, cause: unknown): Failure =>
  new Failure(
    { what: 'it was stopped', why: 'Ctrl-C, or a signal', hint: 'no file was written; start again', exit },
    { cause },
  );
