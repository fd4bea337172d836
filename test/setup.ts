import { enableCompileCache, flushCompileCache } from 'node:module';
import { afterAll } from 'vitest';
import './builtin-modules.ts';
import './bytes-equal.ts';
import { compiledFolder } from './compiled-folder.ts';

// What one process compiled, the next need not. vitest ends its processes before they would write it.
enableCompileCache(compiledFolder);
afterAll(() => flushCompileCache());
