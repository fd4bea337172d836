#!/usr/bin/env node
// What `npx kms` and a linked `kms` run: plain JavaScript, so that an older Node can hand over to the one that came with
// the packages.
const program = new URL('kms.ts', import.meta.url);

if (Number.parseInt(process.versions.node, 10) >= 24) {
  await import(program.href);
} else {
  const { spawn } = await import('node:child_process');
  const { fileURLToPath } = await import('node:url');
  const node = process.platform === 'win32' ? 'node.exe' : 'node';
  const own = fileURLToPath(new URL(`../node_modules/node/bin/${node}`, import.meta.url));
  const child = spawn(own, [fileURLToPath(program), ...process.argv.slice(2)], { stdio: 'inherit' });
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
