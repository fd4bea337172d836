import { randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { VersionedRoot } from '../core/crypto/key-wrap.ts';
import { deriveRootKey } from '../core/crypto/root-key.ts';
import type { RootKeys } from '../lambdas/keyring.ts';
import type { DataFolder } from './data-folder.ts';
import { createFileOnce } from './files.ts';

/** Bytes of a new root secret. */
const secretLength = 64;
const secretFile = (version: number) => `root-secret.${version}`;
const secretName = /^root-secret\.(\d+)$/;

/**
 * Root keys of one machine: each from a secret in a file of its own in the data folder, mode 0600. The highest version
 * wraps, the others still unwrap. Whoever has the folder has every key in it.
 */
export const openRootKeys = async (folder: DataFolder): Promise<RootKeys> => {
  const idFile = folder.path('installation-id');
  await createFileOnce(idFile, randomUUID(), 0o600);
  const installationId = await readFile(idFile, 'utf8');

  if ((await versionsIn(folder)).length === 0) {
    await createFileOnce(folder.path(secretFile(1)), randomBytes(secretLength), 0o600);
  }
  const versions = await versionsIn(folder);
  const roots = new Map<number, VersionedRoot>();
  for (const version of versions) {
    const secret = await readFile(folder.path(secretFile(version)));
    roots.set(version, { version, key: deriveRootKey(secret, installationId, version) });
    secret.fill(0);
  }
  return rootKeysFrom(roots);
};

/** A root key that is gone with the process. */
export const newRootKeys = (): RootKeys => {
  const root = { version: 1, key: deriveRootKey(randomBytes(secretLength), randomUUID(), 1) };
  return rootKeysFrom(new Map([[1, root]]));
};

const versionsIn = async (folder: DataFolder): Promise<number[]> =>
  (await readdir(folder.path())).flatMap((name) => {
    const [, version] = secretName.exec(name) ?? [];
    return version === undefined ? [] : [Number(version)];
  });

const rootKeysFrom = (roots: ReadonlyMap<number, VersionedRoot>): RootKeys => {
  const known = [...roots.keys()].toSorted((a, b) => a - b);
  const inForce = Math.max(...known);
  const byVersion = async (version: number) => {
    const root = roots.get(version);
    if (root === undefined) throw new Error(`there is no root secret of version ${version}`);
    return root;
  };
  return { known, inForce, byVersion, current: () => byVersion(inForce) };
};
