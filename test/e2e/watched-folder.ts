import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { SecretWatch } from '../secret-watch.ts';

/** Files of a data folder that hold a secret whole, and nothing else. */
const secretFiles = /^(root-secret\.\d+|control-token|audit-signing-key\.pem)$/;

/** Tells the watch what is secret in a data folder. */
export const watchFolder = async (dataDir: string, secrets: SecretWatch): Promise<void> => {
  for (const name of (await readdir(dataDir)).filter((one) => secretFiles.test(one))) {
    secrets.keep(name, await readFile(join(dataDir, name)));
  }
  const principals = await readFile(join(dataDir, 'principals.json'), 'utf8').catch(() => '');
  for (const [, member, value = ''] of principals.matchAll(/"(secretAccessKey|sessionToken)": *"([^"]+)"/g)) {
    secrets.keep(`${member} of principals.json`, value);
  }
};

/** Log files never change: one that was looked through by a watch that knew no more need not be again. */
const checked = new Set<string>();

/** @throws {Error} when an audit file of a data folder tells a secret */
export const checkAuditFiles = async (dataDir: string, secrets: SecretWatch): Promise<void> => {
  const entries = await readdir(join(dataDir, 'audit'), { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || checked.has(path)) continue;
    const bytes = await readFile(path).catch(() => Buffer.alloc(0)); // a test that removes it leaves nothing to tell
    if (bytes.length === 0) continue;
    const text = path.endsWith('.gz') ? await promisify(gunzip)(bytes) : bytes;
    try {
      secrets.check(text.toString());
    } catch (cause) {
      throw new Error(`${path} tells a secret`, { cause });
    }
    if (path.endsWith('.json.gz')) checked.add(path);
  }
};
