import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { fingerprintOf } from '../../core/audit/digest.ts';
import { digestEnd } from '../../core/audit/digest-names.ts';
import { logFileMinute } from '../../core/audit/log-file.ts';
import { type Trail, type Verified, verifyChain } from './verify-chain.ts';

export interface VerifyOptions {
  /** The audit folder; nothing in it is written. */
  readonly folder: string;
  /** Keys whose signatures count: PEM files, of public keys or of the installation's private key. */
  readonly keyFiles: readonly string[];
  /** Only what was damaged of this time is told: log files by when they were made, digests by when they end. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/**
 * Verifies every chain of digests in a folder.
 *
 * @returns by account and Region, `<account>/<Region>`
 * @throws {Error} when a key file cannot be read
 */
export const verifyFolder = async (options: VerifyOptions): Promise<ReadonlyMap<string, Verified>> => {
  const { folder, from, to } = options;
  const keys = new Map<string, KeyObject>();
  for (const file of options.keyFiles) {
    const key = publicKeyIn(await readFile(file));
    keys.set(fingerprintOf(key), key);
  }
  const isWanted = ({ object }: { readonly object: string }): boolean => {
    const time = digestEnd(object) ?? logFileMinute(object);
    return time === undefined || ((!from || time >= from) && (!to || time <= to));
  };
  const results = new Map<string, Verified>();
  for (const [place, trail] of await trailsIn(folder)) {
    const verified = await verifyChain(folder, trail, (fingerprint) => keys.get(fingerprint));
    results.set(place, { ...verified, damages: verified.damages.filter(isWanted) });
  }
  return results;
};

const publicKeyIn = (pem: Buffer): KeyObject =>
  pem.includes('PRIVATE KEY') ? createPublicKey(createPrivateKey(pem)) : createPublicKey(pem);

const trailsIn = async (folder: string): Promise<ReadonlyMap<string, Trail>> => {
  const found = new Map<string, { digests: string[]; logFiles: string[] }>();
  for await (const path of glob('AWSLogs/*/CloudTrail{,-Digest}/*/*/*/*/*.json.gz', { cwd: folder })) {
    const object = path.split(/[\\/]/).join('/');
    const [, accountId, , region] = object.split('/');
    const trail = found.get(`${accountId}/${region}`) ?? { digests: [], logFiles: [] };
    found.set(`${accountId}/${region}`, trail);
    if (object.includes('/CloudTrail-Digest/')) trail.digests.push(object);
    else trail.logFiles.push(object);
  }
  for (const { digests, logFiles } of found.values()) {
    digests.sort();
    logFiles.sort();
  }
  return found;
};
