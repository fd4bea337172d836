import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { wrappedRootVersion } from '../core/crypto/key-wrap.ts';
import type { LogEntry } from '../lambdas/pipeline/ports.ts';
import { runSchedule } from '../lambdas/run-schedule.ts';
import { allPages } from '../lambdas/schedules/all-pages.ts';
import { rewrapMaterial } from '../lambdas/schedules/rewrap-material.ts';
import { newMemoryAuditLog } from './audit/memory-audit-log.ts';
import { openClock } from './clock.ts';
import { counted } from './counted.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { openDeletedKeys } from './deleted-keys.ts';
import { type EmbeddedDynamoDb, openEmbeddedDynamoDb } from './embedded-dynamodb.ts';
import { externalStorageFile } from './external-storage.ts';
import { Failure } from './failure.ts';
import { markerKey } from './marker-key.ts';
import { readQuotas } from './quota-settings.ts';
import { dynamoTables } from './region-tables.ts';
import { newRegions, type Region } from './regions.ts';
import { addRootSecret, openRootKeys, removeRootSecret, rootVersionsIn } from './root-keys.ts';

export interface RootRotation {
  /** The one there is now. */
  readonly version: number;
  /** Whether it was there already: a rotation that was cut off is finished before another begins. */
  readonly resumed: boolean;
  /** Items of key material that were wrapped anew. */
  readonly items: number;
  /** Versions that are no more. */
  readonly removed: readonly number[];
}

/**
 * Puts another root key in the place of the one there is. The new secret is on disk before anything is wrapped under it,
 * and the old one goes when nothing is under it any more, and that is on disk too: wherever it is cut off, all keys open,
 * and the next run goes on from there.
 *
 * @param dataDir of a service that does not run
 * @throws {Failure} when there is nothing to rotate, or something still needs the old root, which then stays
 */
export const rotateRoot = async (dataDir: string, log: (entry: LogEntry) => void): Promise<RootRotation> => {
  await requireOwnKeys(dataDir);
  const folder = await openDataFolder(dataDir);
  const closers = [() => folder.close()];
  try {
    const before = await rootVersionsIn(folder.path());
    const resumed = before.length > 1;
    if (!resumed) await addRootSecret(folder, Math.max(...before) + 1);
    const dynamoDb = await openEmbeddedDynamoDb({ path: folder.path('db') });
    closers.push(dynamoDb.close);
    const { regions, close, version } = await openRegions(folder, dynamoDb, log);
    closers.push(close);

    const items = await itemsUnderOthers(regions, version);
    for (const { runtime } of regions) await runSchedule(rewrapMaterial, runtime)();
    // Looked at anew, and not believed: what is still under another root would be lost.
    const left = await itemsUnderOthers(regions, version);
    if (left > 0) throw stillNeeded(left, version);

    await dynamoDb.compact(); // which also writes to the disk what was wrapped anew, and takes off it what that replaced
    const removed = (await rootVersionsIn(folder.path())).filter((other) => other !== version);
    for (const other of removed) await removeRootSecret(folder, other);
    return { version, resumed, items, removed };
  } finally {
    for (const closer of closers.reverse()) await closer();
  }
};

/** @throws {Failure} unless the folder has a root secret, and all keys under it */
const requireOwnKeys = async (dataDir: string): Promise<void> => {
  const has = (name: string) =>
    access(join(dataDir, name)).then(
      () => true,
      () => false,
    );
  const versions = (await has('.')) ? await rootVersionsIn(dataDir) : [];
  if (await has(externalStorageFile)) {
    throw new Failure({
      what: `keys under the root key of ${dataDir} are in a database elsewhere`,
      why: 'only what is in the data folder can be wrapped anew here; other keys would be lost with the old root',
      hint: `the file ${externalStorageFile} in it says which database; with one elsewhere, the root key stays`,
    });
  }
  if (versions.length > 0 && (await has('db'))) return;
  throw new Failure({
    what: `no service has kept keys in the data folder ${dataDir}`,
    why: 'there is no root secret in it, or no database',
    hint: 'name the folder of the service with --data DIR',
  });
};

/** All Regions that have keys, for no calls: nobody can sign one. */
const openRegions = async (folder: DataFolder, dynamoDb: EmbeddedDynamoDb, log: (entry: LogEntry) => void) => {
  const nobody = () => {
    throw new Error('this is no service: it answers no calls');
  };
  const rootKeys = await openRootKeys(folder);
  const clock = await openClock(folder.path('clock.json'));
  const regions = newRegions({
    tables: dynamoTables(dynamoDb, await openDeletedKeys(folder.path('deleted'))),
    recordCacheSeconds: Number.POSITIVE_INFINITY, // the folder is ours
    rootKeys,
    markerKey: markerKey(await rootKeys.current()),
    auditLog: newMemoryAuditLog(),
    clock: clock.now,
    verify: nobody,
    standingOf: nobody,
    recipients: undefined,
    principalExists: nobody,
    quotas: await readQuotas(undefined),
    log,
  });
  return { regions: await regions.existing(), close: regions.close, version: rootKeys.inForce };
};

/** Key material of keys that are there. */
const itemsUnderOthers = async (regions: readonly Region[], version: number): Promise<number> => {
  let count = 0;
  for (const { stores } of regions) {
    for await (const { KeyId, wrapped } of allPages(stores.keys.scan)) {
      if (wrapped === undefined || wrappedRootVersion(wrapped) === version) continue;
      if ((await stores.keys.get(KeyId)) !== undefined) count += 1;
    }
  }
  return count;
};

const stillNeeded = (left: number, version: number) =>
  new Failure({
    what: `${counted(left, 'item', 'items')} of key material cannot be wrapped under version ${version} of the root key`,
    why: 'they do not open: see above for which keys they belong to',
    hint: 'nothing is lost, the old root stays; delete those keys, or restore them from a backup, then run it again',
  });
