import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { AuditRecord } from '../../lambdas/pipeline/ports.ts';
import { openSpools, recordsOf } from './record-files.ts';

const lookEveryMilliseconds = 200;

interface Followed {
  readonly handle: FileHandle;
  readonly ino: number;
  /** Where the next line begins, in bytes. */
  position: number;
}

/**
 * The records that are written from now on, as the spools get them. It only reads; a spool that was set aside is read to
 * its end, since an open file stays readable when it is renamed or removed.
 *
 * @param folder the audit folder; it need not be there yet
 * @param signal ends it
 */
export async function* followSpool(folder: string, signal: AbortSignal): AsyncGenerator<AuditRecord> {
  const followed = new Map<string, Followed>();
  for (const path of await openSpools(folder)) {
    const spool = await openSpool(path);
    if (spool) followed.set(path, { ...spool, position: (await spool.handle.stat()).size });
  }
  try {
    while (!signal.aborted) {
      let isNew = false;
      for (const path of new Set([...followed.keys(), ...(await openSpools(folder))])) {
        const current = followed.get(path);
        // First the name, then the lines: what came before the name passed to another file is read.
        const ino = (await stat(path).catch(() => undefined))?.ino;
        if (current) yield* newRecords(current);
        if (current?.ino === ino) continue;
        isNew = true;
        followed.delete(path);
        await current?.handle.close();
        const next = await openSpool(path);
        if (next) followed.set(path, next);
      }
      if (!isNew) await wait(lookEveryMilliseconds, undefined, { signal }).catch(() => {});
    }
  } finally {
    for (const { handle } of followed.values()) await handle.close();
  }
}

const openSpool = async (path: string): Promise<Followed | undefined> => {
  const handle = await open(path, 'r').catch(() => undefined);
  return handle && { handle, ino: (await handle.stat()).ino, position: 0 };
};

/** A last line that is not whole yet is left for the next look. */
async function* newRecords(spool: Followed): AsyncGenerator<AuditRecord> {
  const { size } = await spool.handle.stat();
  const length = size - spool.position;
  if (length <= 0) return;
  const { buffer, bytesRead } = await spool.handle.read(Buffer.alloc(length), 0, length, spool.position);
  const end = buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1;
  spool.position += end;
  yield* recordsOf(buffer.subarray(0, end));
}
