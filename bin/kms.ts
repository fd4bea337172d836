#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Starting takes half the time when modules were compiled before. Not in the system's folder for temporary files: what is
// there, others could have written.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)));
const { main } = await import('../cli/main.ts');

process.exitCode = await main(process.argv.slice(2));
