import type { Context } from 'aws-lambda';
import { type Environment, readFrom, variables } from '../environment.ts';
import { logLine } from '../log.ts';
import type { LogEntry } from '../pipeline/ports.ts';
import { makeDigests } from './make-digests.ts';
import { secretSigningKey } from './signing-key.ts';
import { s3Trail } from './trail.ts';

/** Left over at the end for the digest that is under way. */
const reserveMs = 120_000;

/** The Lambda handler that makes digests; EventBridge calls it, and tries again when it fails. What is left is still due. */
export const digestHandler = (environment: Environment, clock = () => new Date()) => {
  const read = readFrom(environment);
  const log = (entry: LogEntry) => void process.stdout.write(logLine(entry, new Date()));
  const options = {
    trail: s3Trail(read(variables.auditBucket)),
    homeRegion: read('AWS_REGION'), // set by Lambda itself
    openKey: secretSigningKey(read(variables.signingKeyArn)),
    clock,
    log,
  };
  return async (_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> => {
    const outOfTime = () => context.getRemainingTimeInMillis() < reserveMs;
    const { made, failed } = await makeDigests({ ...options, outOfTime });
    const message = `digests: ${made} made, ${failed} accounts and Regions failed`;
    log({ level: 'info', message });
    if (failed > 0) throw new Error(message);
  };
};
