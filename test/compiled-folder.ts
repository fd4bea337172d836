import { fileURLToPath } from 'node:url';

/** Where what was compiled is kept, as by bin/kms.mjs. */
export const compiledFolder = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));
