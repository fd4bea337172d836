import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import './builtin-modules.ts';
import './bytes-equal.ts';

// What one process compiled, the next need not, as in bin/kms.mjs. vitest ends its processes before they would write it.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)));
afterAll(() => flushCompileCache());
