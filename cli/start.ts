import { exportLines } from '../local/credentials-lines.ts';
import { defaultRegion } from '../local/default-region.ts';
import { writeFileAtomically } from '../local/files.ts';
import { logToStderr } from '../local/log.ts';
import { startOptions, usage } from '../local/options.ts';
import { version } from '../local/package-facts.ts';
import { listen } from '../local/server.ts';
import { type LocalService, openLocalService } from '../local/service.ts';
import { untilStopped } from './until-stopped.ts';

/** Runs the local service until SIGINT or SIGTERM. */
export const run = async (args: readonly string[]): Promise<number> => {
  if (args.includes('--help')) {
    process.stdout.write(usage);
    return 0;
  }
  const options = startOptions(args, process.env);
  process.umask(0o077); // also for the files that LevelDB makes
  const stopped = untilStopped();
  const service = await openLocalService({ ...options, log: logToStderr });
  try {
    const server = await listen(service, options).catch(explainTakenPort);
    const endpoint = `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${server.port}`;
    await writeFileAtomically(service.folder.path('endpoint'), `${endpoint}\n`, 0o600);
    process.stdout.write(options.json ? readyLine(service, endpoint) : welcome(service, endpoint, options.inMemory));

    await stopped;
    await server.stop();
  } finally {
    await service.close();
  }
  return 0;
};

const explainTakenPort = (error: NodeJS.ErrnoException): never => {
  if (error.code !== 'EADDRINUSE') throw error;
  throw new Error(`${error.message}; take another with --port N, or any free one with --port 0`, { cause: error });
};

const readyLine = ({ account, dataDir }: LocalService, endpoint: string) =>
  `${JSON.stringify({ ready: true, endpoint, region: defaultRegion, account, dataDir, pid: process.pid })}\n`;

const welcome = (service: LocalService, endpoint: string, inMemory: boolean): string => {
  const [principal] = service.principals.all();
  const lines = principal ? exportLines(endpoint, defaultRegion, principal) : [];
  const attestation = service.attestation ? `attestation documents verified under ${service.attestation}\n` : '';
  const storage = inMemory ? 'IN MEMORY: nothing will be kept' : `data in ${service.dataDir}`;
  return `serverless-kms ${version} is ready at ${endpoint}
${storage}
${attestation}
In another terminal, paste (or run: eval "$(npm run -s env)")

${lines.map((line) => `  ${line}\n`).join('')}
and try

  aws kms create-key --description "my first key"

Stop with Ctrl-C.
`;
};
