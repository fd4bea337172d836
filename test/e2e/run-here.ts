import { PassThrough, Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { main } from '../../cli/main.ts';
import type { SpawnOptions } from './start-kms.ts';

/**
 * Runs a command of the CLI as `runBytes` does, but in this process, which saves loading everything anew: for what a
 * command says and does. Signals, closed pipes, and whether a process ends at all, need a process of their own.
 */
export const runBytesHere = async (
  args: readonly string[],
  cwd?: string,
  input: Uint8Array | string = '',
  env: Readonly<Record<string, string>> = {},
) => {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const restore = surround({ stdin: Readable.from([Buffer.from(input)]), stdout, stderr }, env, cwd);
  const told = Promise.all([buffer(stdout), text(stderr)]);
  const code = await main(args).finally(restore);
  stdout.end();
  stderr.end();
  const [bytes, words] = await told;
  return { code, stdout: bytes, stderr: words };
};

/** Runs a command as `runKms` does, in this process. A `start` must be one that is refused. */
export const runHere = async (command: string, { args = [], cwd, env }: Omit<SpawnOptions, 'fileKilobytes'> = {}) => {
  const { stdout, ...exit } = await runBytesHere([command, ...args], cwd, '', env);
  return { ...exit, stdout: stdout.toString() };
};

/** @returns what takes it back */
const surround = (streams: object, env: Readonly<Record<string, string>>, cwd: string | undefined) => {
  const before = { env: process.env, exitCode: process.exitCode, cwd: process.cwd(), umask: process.umask() };
  const replaced = Object.entries(streams).map(([name, value]) => {
    const was = Object.getOwnPropertyDescriptor(process, name) ?? {};
    Object.defineProperty(process, name, { value, configurable: true });
    return [name, was] as const;
  });
  const inherited = Object.entries(process.env).filter(([name]) => !/^(KMS|AWS|FORCE|NO)_/.test(name));
  process.env = { ...Object.fromEntries(inherited), ...env };
  if (cwd !== undefined) process.chdir(cwd);
  return () => {
    for (const [name, was] of replaced) Object.defineProperty(process, name, was);
    process.env = before.env;
    process.exitCode = before.exitCode;
    process.umask(before.umask);
    process.chdir(before.cwd);
  };
};
