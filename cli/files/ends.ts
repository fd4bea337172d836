import type { FileHandle } from 'node:fs/promises';
import { Readable, Writable } from 'node:stream';

/** Both leave the file open, however they end: who opened it closes it. */
export const sinkOf = (file: FileHandle): Writable =>
  new Writable({
    write(chunk: Buffer, _, done) {
      file.writeFile(chunk).then(() => done(), done); // goes on where the last ended
    },
  });

export const sourceOf = (file: FileHandle): Readable => Readable.from(chunksOf(file));

const chunksOf = async function* (file: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(256 * 1024), { position });
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
};

/** Leaves stdout open too. Should nobody read it any more, the process ends, and not as if all were written. */
export const toStdout = (): Writable => {
  process.exitCode = 1; // until the command is done
  return new Writable({
    write(chunk: Buffer, _, done) {
      process.stdout.write(chunk, done);
    },
  });
};
