#!/usr/bin/env node
// Plain JavaScript, so that an older Node can hand over to the one that came with the packages, and a newer one need not
// load what takes the types out of TypeScript: modules that were compiled before are kept without them.
import { fileURLToPath } from 'node:url';

const startBundle = async () => {
  if (process.argv[2] !== 'start') return undefined;
  const { freshBundle } = await import('./start-bundle.ts');
  return freshBundle(fileURLToPath(new URL('..', import.meta.url)), 'main');
};

if (Number.parseInt(process.versions.node, 10) >= 24) {
  const { enableCompileCache } = await import('node:module');
  // Starting takes a third of the time when modules were compiled before. Not in the system's folder for temporary files:
  // what is there, others could have written.
  enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)));
  const { main } = await import((await startBundle()) ?? '../cli/main.ts');
  process.exitCode = await main(process.argv.slice(2));
} else {
  const { spawn } = await import('node:child_process');
  const node = process.platform === 'win32' ? 'node.exe' : 'node';
  const own = fileURLToPath(new URL(`../node_modules/node/bin/${node}`, import.meta.url));
  const args = [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const child = spawn(own, args, { stdio: 'inherit' });
  process.on('SIGINT', () => {}); // the terminal sends it to the child too
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', ({ message }) => {
    process.stderr.write(
      `kms: it needs Node 24\nwhy: this is Node ${process.versions.node}, and ${message}\nhint: npm ci\n`,
    );
    process.exitCode = 1;
  });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
