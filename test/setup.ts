import { enableCompileCache, flushCompileCache } from 'node:module';
import { afterAll } from 'vitest';
import './builtin-modules.ts';
import './bytes-equal.ts';
import { compiledFolder } from './compiled-folder.ts';

// What one run compiled, the next need not. vitest ends its processes before they would write it; for all of them to
// write nearly the same takes longer than it saves.
enableCompileCache(compiledFolder);
if (process.env.VITEST_POOL_ID === '1') afterAll(() => flushCompileCache());
