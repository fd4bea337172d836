import { randomBytes, randomUUID } from 'node:crypto';
import { defaultKeyPolicy } from '../core/model/key-policy.ts';
import type { KeyRecord } from '../core/model/key-record.ts';
import { newKeyRecord } from '../core/model/new-key-record.ts';

/** Writes under way at a time. */
const inFlight = 64;

/** Runs `write` for 0 to `count` - 1, some at a time. @returns the seconds it took */
export const fill = async (count: number, write: (i: number) => Promise<unknown>): Promise<number> => {
  const begin = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < count) await write(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return (performance.now() - begin) / 1000;
};

/** A key as CreateKey would store it, without going through it. */
export const keyRecord = (AccountId: string): KeyRecord =>
  newKeyRecord(
    {
      KeyId: randomUUID(),
      AccountId,
      CreationDate: new Date(),
      Description: 'made by the bench',
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyUsage: 'ENCRYPT_DECRYPT',
      Origin: 'AWS_KMS',
      MultiRegion: false,
      Policy: defaultKeyPolicy(AccountId, 'aws'),
      Tags: [],
    },
    randomBytes(32).toString('hex'),
  );
