import type { KeyObject } from 'node:crypto';
import type { Runtime } from '../../lambdas/pipeline/ports.ts';
import { type LocalAuditLog, openAuditLog } from './audit-log.ts';
import { openDigests } from './digests.ts';
import { steadyClock } from './steady-clock.ts';

/** The audit log of one machine with its digests, on a clock that may be moved as anybody likes. */
export const openSignedAuditLog = async (options: {
  folder: string;
  openKey: () => Promise<KeyObject>;
  clock: () => Date;
  log: Runtime['log'];
}): Promise<LocalAuditLog> => {
  const { folder, openKey, clock, log } = options;
  const now = await steadyClock(folder, clock, log);
  const digests = await openDigests({ folder, openKey, now, log });
  return openAuditLog({ folder, now, log, digests });
};
