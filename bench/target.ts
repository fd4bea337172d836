import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePrincipals } from '../local/principals/parse.ts';
import { startServer } from './server-process.ts';
import type { Signer } from './signed-requests.ts';

/** The KMS under load. */
export interface Target {
  readonly endpoint: string;
  readonly signer: Signer;
  /** Known of our own server only. */
  readonly pid?: number;
  close(): Promise<void>;
}

/** What `npm start` tells Node. */
const flags = async (): Promise<readonly string[]> => {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  const { scripts } = JSON.parse(text) as { scripts: { start: string } }; // as it is there
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
};

/** Our own server as `npm start` starts it, on a data folder of its own, which is removed in the end. */
export const ownServer = async (script = 'bin/kms.mjs', args: readonly string[] = []): Promise<Target> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kms-bench-'));
  const remove = () => rm(dataDir, { recursive: true, force: true });
  try {
    const given = ['start', '--json', '--port', '0', '--data', dataDir, ...args];
    const server = await startServer(script, given, { flags: await flags() });
    const [admin] = parsePrincipals(await readFile(join(dataDir, 'principals.json'), 'utf8')).principals;
    if (admin === undefined) throw new Error('a new data folder has principals');
    const { accessKeyId, secretAccessKey } = admin;
    return {
      endpoint: server.endpoint,
      pid: server.pid,
      signer: { accessKeyId, secretAccessKey, region: 'us-east-1' },
      close: () => server.stop().then(remove),
    };
  } catch (error) {
    await remove();
    throw error;
  }
};

/** An endpoint that runs already; servers for tests take any credentials. */
export const otherServer = (endpoint: string, environment: Readonly<Record<string, string | undefined>>): Target => ({
  endpoint,
  signer: {
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? 'test',
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? 'test',
    sessionToken: environment.AWS_SESSION_TOKEN,
    region: environment.AWS_REGION ?? 'us-east-1',
  },
  close: async () => {},
});
