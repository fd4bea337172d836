import { randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import type { VersionedRoot } from '../core/crypto/key-wrap.ts';
import { deriveRootKey } from '../core/crypto/root-key.ts';
import type { RootKeys } from '../lambdas/keyring.ts';
import type { DataFolder } from './data-folder.ts';
import { createFileOnce, syncFolder } from './files.ts';

/** Bytes of a new root secret. */
const secretLength = 64;
const secretFile = (version: number) => `root-secret.${version}`;
const secretName = /^root-secret\.(\d+)$/;

/**
 * Root keys of one machine: each from a secret in a file of its own in the data folder, mode 0600. The highest version
 * wraps, the others still unwrap. Whoever has the folder has every key in it.
 */
export const openRootKeys = async (folder: Pick<DataFolder, 'path'>): Promise<RootKeys> => {
  const idFile = folder.path('installation-id');
  await createFileOnce(idFile, randomUUID(), 0o600);
  const installationId = await readFile(idFile, 'utf8');

  if ((await rootVersionsIn(folder.path())).length === 0) await addRootSecret(folder, 1);
  const versions = await rootVersionsIn(folder.path());
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

/** The versions whose secrets are in a data folder, in their order. */
export const rootVersionsIn = async (dir: string): Promise<readonly number[]> =>
  (await readdir(dir))
    .flatMap((name) => {
      const [, version] = secretName.exec(name) ?? [];
      return version === undefined ? [] : [Number(version)];
    })
    .toSorted((a, b) => a - b);

/** It is on disk before anything can be wrapped under it. One that is there is left as it is. */
export const addRootSecret = async (folder: Pick<DataFolder, 'path'>, version: number): Promise<void> => {
  await createFileOnce(folder.path(secretFile(version)), randomBytes(secretLength), 0o600);
};

/** For good: what is still under it never opens again. */
export const removeRootSecret = async (folder: DataFolder, version: number): Promise<void> => {
  await rm(folder.path(secretFile(version)));
  await syncFolder(folder.path());
};

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
