import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { AuditRecord } from '../../lambdas/pipeline/ports.ts';
import { logFiles, recordsIn, recordsOf, spools, unlessItMoved } from './record-files.ts';

/**
 * The records of one request: in the spool first, then in the log files, newest first. It only reads, in the order in
 * which records move from file to file, so it is safe beside a running service and misses nothing; it stops where it
 * finds something.
 *
 * @param folder the audit folder
 * @param warn told of a file that cannot be read; the search goes on
 * @returns empty when no file has a record of the request
 */
export const findRecords = async (
  folder: string,
  requestID: string,
  warn: (message: string) => void,
): Promise<readonly AuditRecord[]> => {
  const isWanted = (record: AuditRecord): boolean => record.requestID === requestID;
  // In a text of JSON the quotation marks would be escaped, so this is a member; whether the record's own is looked at later.
  const needle = Buffer.from(`"requestID":${JSON.stringify(requestID)}`);

  for await (const file of spools(folder)) {
    const bytes = await readFile(file).catch(unlessItMoved);
    const found = bytes?.includes(needle) ? recordsOf(bytes).filter(isWanted) : [];
    if (found.length > 0) return found;
  }
  for await (const files of logFiles(folder)) {
    const found: AuditRecord[] = [];
    for (const file of files) {
      try {
        if (await holds(file, needle)) found.push(...(await recordsIn(file)).filter(isWanted));
      } catch (error) {
        warn(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (found.length > 0) return found;
  }
  return [];
};

/** Whether the text in a file has some bytes; it is never in memory as a whole. */
const holds = (file: string, needle: Buffer): Promise<boolean> =>
  pipeline(createReadStream(file), createGunzip({ chunkSize: 256 * 1024 }), async (chunks: AsyncIterable<Buffer>) => {
    let end = Buffer.alloc(0);
    let found = false;
    for await (const chunk of chunks) {
      const bytes = Buffer.concat([end, chunk]);
      found ||= bytes.includes(needle);
      end = bytes.subarray(Math.max(0, bytes.length - needle.length + 1));
    }
    return found;
  });
