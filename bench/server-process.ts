import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** A server in a process of its own, so that it shares no thread with the load tool. */
export interface ServerProcess {
  readonly endpoint: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts a script of this repository with this Node.
 *
 * @param script from the root of the repository; its first line on stdout is JSON that holds `endpoint`
 * @param more   `input` for its stdin, `flags` for Node
 */
export const startServer = async (
  script: string,
  args: readonly string[],
  { input = '', flags = [] }: { readonly input?: string; readonly flags?: readonly string[] } = {},
): Promise<ServerProcess> => {
  const root = new URL('../', import.meta.url);
  const child = spawn(process.execPath, [...flags, script, ...args], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  const endpoint = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', (line) => resolve((JSON.parse(line) as { endpoint: string }).endpoint)); // see above
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code} before it listened`)));
  });
  return { endpoint, pid: child.pid ?? 0, stop: () => stop(child) };
};

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
};

export interface Usage {
  /** Of real memory. */
  readonly rssBytes: number;
  /** User and system together, of all threads. */
  readonly cpuSeconds: number;
}

/** What a process and those that it started use, by Linux's /proc. @returns undefined on other systems */
export const usageOf = async (pid: number): Promise<Usage | undefined> => {
  const own = await usageOfOne(pid);
  const started = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const others = await Promise.all(started.split(' ').filter(Boolean).map(Number).map(usageOf));
  return own && others.reduce<Usage>((sum, one) => (one ? plus(sum, one) : sum), own);
};

const plus = (a: Usage, b: Usage): Usage => ({
  rssBytes: a.rssBytes + b.rssBytes,
  cpuSeconds: a.cpuSeconds + b.cpuSeconds,
});

const usageOfOne = async (pid: number): Promise<Usage | undefined> => {
  const [status, stat] = await Promise.all(
    ['status', 'stat'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
  );
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status ?? '')?.[1];
  if (kilobytes === undefined || !stat) return undefined;
  // proc(5): fields 14 and 15, in ticks of 10 ms; the second field is in parentheses and may hold spaces
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return { rssBytes: Number(kilobytes) * 1024, cpuSeconds: ((user ?? 0) + (system ?? 0)) / 100 };
};
