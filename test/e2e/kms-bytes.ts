import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/kms.mjs', import.meta.url));

/** A command of the CLI with pipes; nothing of KMS_ or AWS_ is passed on. */
export const spawnBytes = (args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) => {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(KMS|AWS|FORCE|NO)_/.test(name));
  return spawn(process.execPath, [program, ...args], { cwd, env: { ...Object.fromEntries(inherited), ...env } });
};

/** Runs it to its end, with these bytes on stdin. */
export const runBytes = async (
  args: readonly string[],
  cwd: string,
  input: Uint8Array | string = '',
  env: Readonly<Record<string, string>> = {},
) => {
  const child = spawnBytes(args, cwd, env);
  child.stdin.on('error', () => {}); // it may have had enough
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([buffer(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: Number(code), stdout, stderr };
};
