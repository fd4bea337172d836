import { exportLines } from '../../local/credentials-lines.ts';
import { defaultRegion } from '../../local/default-region.ts';
import { writeFileAtomically } from '../../local/files.ts';
import type { Fronts } from '../../local/fronts/fronts.ts';
import { logToStderr, logTrouble } from '../../local/log.ts';
import type { StartOptions } from '../../local/options.ts';
import { version } from '../../local/package-facts.ts';
import { listen } from '../../local/server.ts';
import { type LocalService, openLocalService } from '../../local/service.ts';
import { stoppable } from '../stoppable.ts';

/** Runs the local service until SIGINT or SIGTERM. */
export const runService = (options: StartOptions, quiet: boolean): Promise<number> =>
  stoppable((stopped) => serveUntil(stopped, options, quiet));

const serveUntil = async (stopped: Promise<void>, options: StartOptions, quiet: boolean): Promise<number> => {
  process.umask(0o077); // also for the files that LevelDB makes
  const log = quiet ? logTrouble : logToStderr;
  const fronts = options.processes > 1 ? (await import('../../local/fronts/fronts.ts')).newFronts(log) : undefined;
  const service = await openLocalService({ ...options, log, fronts });
  try {
    const server = fronts ? await byFronts(service, options, fronts, quiet) : await listen(service, options);
    const endpoint = `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${server.port}`;
    await writeFileAtomically(service.folder.path('endpoint'), `${endpoint}\n`, 0o600);
    const greet = options.json ? readyLine : quiet ? justEndpoint : welcome;
    process.stdout.write(greet(service, endpoint, options.inMemory));

    await stopped;
    await server.stop();
  } finally {
    await service.close();
  }
  return 0;
};

/** Loaded only where there are some. */
const byFronts = async (service: LocalService, options: StartOptions, fronts: Fronts, quiet: boolean) => {
  const { listenByFronts } = await import('../../local/fronts/listen.ts');
  return listenByFronts(service, options.processes, { ...options, fronts, quiet });
};

const justEndpoint = (_: LocalService, endpoint: string) => `${endpoint}\n`;

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
