import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { sinkOf, sourceOf } from './ends.ts';
import type { Sinks } from './whole-file.ts';

/**
 * Keeps what `fill` writes until that has succeeded, and then gives it to `use`: in a file without a name, encrypted
 * under a key that only this process has, and never in memory as a whole.
 */
export const holdBack = async (
  fill: (sinks: Sinks) => Promise<void>,
  use: (sources: readonly [Readable, Duplex]) => Promise<void>,
): Promise<void> => {
  const path = join(tmpdir(), `kms-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  const [key, iv] = [randomBytes(32), randomBytes(16)];
  try {
    await rm(path).catch(() => {}); // Windows removes no open file: it is done below
    await fill([createCipheriv('aes-256-ctr', key, iv), sinkOf(file)]);
    await use([sourceOf(file), createDecipheriv('aes-256-ctr', key, iv)]);
  } finally {
    key.fill(0);
    await file.close();
    await rm(path, { force: true });
  }
};
