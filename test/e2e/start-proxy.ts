import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Credential } from '../../local/sigv4.ts';

const program = fileURLToPath(new URL('../../bin/kms.mjs', import.meta.url));

/** Where there are no credentials but those of the environment. */
export const nowhereElse = {
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
};

export const variablesOf = ({ accessKeyId, secretAccessKey }: Credential) => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
});

const started = new Set<ChildProcess>();

/** Kills every proxy that a test left running. */
export const killProxies = (): void => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
};

/** What a proxy started with `--json` says when it is ready. */
export interface ProxyReady extends Credential {
  readonly ready: true;
  readonly endpoint: string;
  readonly to: string;
  readonly region: string;
  readonly pid: number;
}

/** The proxy in words, with the first line it says. @throws {Error} with its errors, when it ends instead */
export const startProxyInWords = async (
  args: readonly string[],
  own: Credential,
  environment: Readonly<Record<string, string>> = {},
) => {
  const env = { PATH: process.env.PATH, ...nowhereElse, ...variablesOf(own), ...environment };
  const child = spawn(process.execPath, [program, 'proxy', ...args], { env });
  started.add(child);
  const lines = createInterface(child.stdout);
  const told: string[] = [];
  lines.on('line', (line) => told.push(line.trim()));
  const errors = text(child.stderr);
  await Promise.race([once(lines, 'line'), errors.then((all) => Promise.reject(new Error(all)))]);
  return {
    /** All lines until now. */
    told,
    nextLine: () => once(lines, 'line'),
    /** Asks it to end. @returns its exit code */
    async stop(): Promise<number | null> {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      const [code] = await closed;
      return code;
    },
  };
};

/** The proxy of a user with these credentials. */
export const startProxy = async (
  args: readonly string[],
  own: Credential,
  environment: Readonly<Record<string, string>> = {},
) => {
  const running = await startProxyInWords([...args, '--json'], own, environment);
  const ready: ProxyReady = JSON.parse(running.told[0] ?? '');
  return { ...running, ready };
};
