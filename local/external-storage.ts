import type { DataFolder } from './data-folder.ts';
import { createFileOnce } from './files.ts';

/** In the data folder: keys under its root secrets are in a database elsewhere too, the first of which it names. */
export const externalStorageFile = 'external-dynamodb';

/** Leaves word of it, before there are such keys. */
export const noteExternalStorage = async (folder: DataFolder, endpoint: string): Promise<void> => {
  await createFileOnce(folder.path(externalStorageFile), `${endpoint}\n`, 0o600);
};
