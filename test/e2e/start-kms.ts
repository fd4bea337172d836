import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newSecretWatch, type SecretWatch } from '../secret-watch.ts';
import { checkAuditFiles, watchFolder } from './watched-folder.ts';

const program = fileURLToPath(new URL('../../bin/kms.mjs', import.meta.url));

/** The JSON line of a service that is ready, as DESIGN.md section 2 says. */
export interface ReadyLine {
  readonly ready: true;
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  readonly dataDir: string;
  readonly pid: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A service in a process of its own. */
export interface RunningKms {
  readonly endpoint: string;
  readonly ready: ReadyLine;
  /** From spawn to the ready line. */
  readonly readyMilliseconds: number;
  /** Of the process. */
  readonly pid: number | undefined;
  stdout(): string;
  stderr(): string;
  /** Of a user by name, `root`, or `ROLE/SESSION`; with `ACCOUNT/` before it where the name alone is not enough. */
  credentials(profile?: string): Promise<Credentials>;
  /** Asks it to end, and waits. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<Exit>;
  /** `kill -9`. */
  kill(): Promise<Exit>;
  /** Rejects when the audit files that the service leaves tell a secret. */
  readonly exited: Promise<Exit>;
  /** What the audit files may not tell: what is secret in the data folder, and what calls bring and get. */
  readonly secrets: SecretWatch;
}

export interface SpawnOptions {
  readonly args?: readonly string[];
  /** Set beside what this process has, of which nothing of KMS_ or AWS_ is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What each of its files may grow to; what does not fit is refused as on a full disk. */
  readonly fileKilobytes?: number;
}

const started = new Map<ChildProcess, Promise<Exit>>();
/** Of services that ended: their audit files are looked through before folders are removed. */
const looking = new Set<Promise<Exit>>();

/** Kills every service that a test left running: for `afterAll`. */
export const killAll = async (): Promise<void> => {
  await Promise.all(
    [...started].map(([child, exited]) => {
      child.kill('SIGKILL');
      return exited;
    }),
  );
  await Promise.all(looking);
};

/** In a shell that limits files, in blocks of 512 bytes (POSIX), and has writes fail then instead of ending the process. */
const limited = (fileKilobytes: number) => ['sh', '-c', `trap '' XFSZ; ulimit -f ${fileKilobytes * 2}; exec "$0" "$@"`];

const spawnKms = (command: string, { args = [], env = {}, cwd, fileKilobytes }: SpawnOptions) => {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(KMS|AWS)_/.test(name));
  const shell = fileKilobytes === undefined ? [] : limited(fileKilobytes);
  const [file = '', ...rest] = [...shell, process.execPath, program, command, ...args];
  const child = spawn(file, rest, {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      started.delete(child);
      resolve({ code, signal, ...output });
    });
  });
  started.set(child, exited);
  return { child, output, exited };
};

/** Runs a command of the CLI to its end. */
export const runKms = (command: string, options: SpawnOptions = {}): Promise<Exit> => spawnKms(command, options).exited;

export interface StartOptions extends SpawnOptions {
  /** The data folder. */
  readonly data: string;
}

/** Starts the service on any free port. @throws {Error} with its output, when it ends instead of being ready */
export const startKms = ({ data, args = [], ...options }: StartOptions): Promise<RunningKms> =>
  startAs({ ...options, args: ['--json', '--port', '0', '--data', data, ...args] });

/** Starts the service with these arguments and no others; `--json` must be among them. */
export const startAs = async (options: SpawnOptions): Promise<RunningKms> => {
  const { readyMilliseconds, ...running } = await launch(options, '\n');
  const ready: ReadyLine = JSON.parse(running.stdout().split('\n', 1)[0] ?? '');
  const { endpoint, dataDir } = ready;
  const credentials = async (profile = 'admin') => credentialsOf(await readPrincipals(dataDir), profile);
  const secrets = newSecretWatch();
  await watchFolder(dataDir, secrets);
  const exited = running.exited.then(async (exit) => {
    await checkAuditFiles(dataDir, secrets);
    return exit;
  });
  looking.add(exited);
  const stop = (signal?: 'SIGTERM' | 'SIGINT') => running.stop(signal).then(() => exited);
  const kill = () => running.kill().then(() => exited);
  return { ...running, endpoint, ready, readyMilliseconds, credentials, secrets, stop, kill, exited };
};

/** Starts the service for people: it greets them instead of printing JSON. */
export const startInWords = (options: SpawnOptions) => launch(options, 'Stop with Ctrl-C.\n');

/** Resolves once the service has printed `sign`. @throws {Error} with its output, when it ends instead */
const launch = async (options: SpawnOptions, sign: string) => {
  const spawnedAt = performance.now();
  const { child, output, exited } = spawnKms('start', options);
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => output.stdout.includes(sign) && resolve());
    void exited.then((exit) => reject(new Error(`the service ended with ${exit.code}: ${exit.stderr}`)));
  });
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  return {
    readyMilliseconds: performance.now() - spawnedAt,
    pid: child.pid,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    stop: (signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM') => end(signal),
    kill: () => end('SIGKILL'),
    exited,
  };
};

type User = Credentials & { name: string };

/** The part of principals.json that tests read. */
export interface PrincipalsFile {
  accounts: {
    id: string;
    users: User[];
    roles: { name: string; sessions: (User & { expires?: string })[] }[];
    root?: Credentials;
  }[];
}

export const readPrincipals = async (dataDir: string): Promise<PrincipalsFile> =>
  JSON.parse(await readFile(join(dataDir, 'principals.json'), 'utf8'));

const credentialsOf = ({ accounts }: PrincipalsFile, profile: string): Credentials => {
  for (const { id, users, roles, root } of accounts) {
    const sessions = roles.flatMap((role) =>
      role.sessions.map((one) => ({ ...one, name: `${role.name}/${one.name}` })),
    );
    const named = [...users, ...sessions, ...(root ? [{ ...root, name: 'root' }] : [])];
    const found = named.find(({ name }) => profile === name || profile === `${id}/${name}`);
    if (found) return found;
  }
  throw new Error(`no profile ${profile}`);
};
