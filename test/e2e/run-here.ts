import { PassThrough, Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { main } from '../../cli/main.ts';

export interface Surroundings {
  readonly cwd?: string;
  /** Set beside what this process has, of which nothing of KMS_, AWS_, FORCE_ or NO_ is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** On stdin. */
  readonly input?: Uint8Array | string;
}

/**
 * Runs a command of the CLI as `kms-bytes.ts` does, but in this process, which saves loading everything anew: for what
 * a command says and does. Signals, closed pipes and whether a process ends at all need a process of their own.
 */
export const runHere = async (args: readonly string[], { cwd, env = {}, input = '' }: Surroundings = {}) => {
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

/** @returns what takes it back */
const surround = (streams: object, env: Readonly<Record<string, string>>, cwd: string | undefined) => {
  const { env: envBefore, exitCode } = process;
  const cwdBefore = process.cwd();
  const names = Object.keys(streams);
  const before = names.map((name) => Object.getOwnPropertyDescriptor(process, name) ?? {});
  for (const [name, value] of Object.entries(streams))
    Object.defineProperty(process, name, { value, configurable: true });
  const inherited = Object.entries(envBefore).filter(([name]) => !/^(KMS|AWS|FORCE|NO)_/.test(name));
  process.env = { ...Object.fromEntries(inherited), ...env };
  if (cwd !== undefined) process.chdir(cwd);
  return () => {
    for (const [index, name] of names.entries()) Object.defineProperty(process, name, before[index] ?? {});
    process.env = envBefore;
    process.exitCode = exitCode;
    process.chdir(cwdBefore);
  };
};
