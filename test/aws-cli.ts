import { execFile, spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = fileURLToPath(new URL('aws-cli.py', import.meta.url));

/** The AWS CLI of this machine, for scripts. */
export interface AwsCli {
  /** The PATH under which `aws` is found. */
  readonly path: string;
  stop(): void;
}

/**
 * The AWS CLI that is on the PATH, loaded once where it is a package of the `python3` there; else as it is.
 *
 * @param folder an empty one
 * @returns undefined where there is none that takes its endpoint from the environment
 */
export const findAwsCli = async (folder: string): Promise<AwsCli | undefined> => {
  const path = process.env.PATH ?? '';
  const { stdout } = await run('aws', ['--version']).catch(() => ({ stdout: '' }));
  const [, major = 0, minor = 0] = (/^aws-cli\/(\d+)\.(\d+)\./.exec(stdout) ?? []).map(Number);
  if (major < 1 || minor < (major === 1 ? 29 : 13)) return undefined;
  const which = 'import awscli, sys; print(awscli.__version__, sys.executable)';
  const python = await run('python3', ['-c', which]).catch(() => ({ stdout: '' }));
  const [version, executable = ''] = python.stdout.trim().split(' ');
  if (!stdout.startsWith(`aws-cli/${version} `)) return { path, stop: () => {} };
  const socket = join(folder, 'socket');
  const server = spawn(executable, [script, 'serve', socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => server.stdout.once('data', resolve).once('close', reject));
  const aws = join(folder, 'aws');
  await writeFile(aws, `#!/bin/sh\nexec '${executable}' -ISE '${script}' call '${socket}' "$@"\n`);
  await chmod(aws, 0o755);
  return { path: `${folder}${delimiter}${path}`, stop: () => server.kill() };
};
