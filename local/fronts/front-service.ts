import { join } from 'node:path';
import type { KeyUse } from '../../core/model/key-use.ts';
import { operations } from '../../lambdas/operations/index.ts';
import type { LogEntry } from '../../lambdas/pipeline/ports.ts';
import { newRecordCaches } from '../../stores/cached.ts';
import { newAnswering } from '../answering.ts';
import { attestationUnder } from '../attestation.ts';
import { openAuditLog, type SpoolBeside } from '../audit/audit-log.ts';
import { type ControlEndpoint, ControlError } from '../control/endpoint.ts';
import { newControlFront } from '../control/front.ts';
import { openRootKeys } from '../root-keys.ts';
import type { ServedByHttp } from '../server.ts';
import type { Holds } from './holds.ts';
import type { KnownFacts } from './known-facts.ts';
import type { Link } from './link.ts';
import type { FrontOrder, OwnerFunctions } from './messages.ts';
import { ownersTables } from './owners-tables.ts';
import { isServedByFronts } from './served.ts';

/** What a front serves of its owner's KMS. */
export interface FrontService extends ServedByHttp {
  /** Last uses of keys of a Region that the owner has not heard of. */
  handOverUses(region: string): readonly KeyUse[];
  /** Gives all records and last uses out of hand. */
  close(): Promise<void>;
}

const servedHere: ReadonlySet<string> = new Set(operations.filter(isServedByFronts).map(({ name }) => name));

export const openFrontService = async (
  order: FrontOrder,
  {
    owner,
    holds,
    facts,
    log,
  }: { owner: Link<OwnerFunctions>; holds: Holds; facts: KnownFacts; log(entry: LogEntry): void },
): Promise<FrontService> => {
  const path = (...parts: string[]) => join(order.dataDir, ...parts);
  const beside: SpoolBeside = {
    path: order.spool,
    takeOver: (spool, written) => owner.ask('takeOver', spool, written),
  };
  const auditLog = await openAuditLog({ folder: path('audit'), now: facts.now, log, beside });
  const attestation = order.attestationRoots === undefined ? undefined : await attestationUnder(order.attestationRoots);

  const { regions, call } = await newAnswering({
    tables: ownersTables(owner),
    recordCacheSeconds: order.recordCacheSeconds,
    shared: {
      caches: (region, seconds) => holds.caches(region, newRecordCaches(seconds)),
      usage: (_, own) => own,
      makeManagedKey:
        (region) =>
        (...ofAccount) =>
          owner.ask('makeManagedKey', region, ...ofAccount),
    },
    rootKeys: await openRootKeys({ path }),
    auditLog,
    clock: facts.now,
    principals: facts.principals,
    recipients: attestation?.recipients,
    grantDelaySeconds: order.grantDelaySeconds,
    ...(order.facts.endpointPolicy !== undefined && { endpointPolicy: facts.endpointPolicy }),
    quotas: { resources: order.quotas },
    log,
  });

  const control =
    (name: string): ControlEndpoint =>
    async (input) => {
      const told = await owner.ask('control', name, input);
      if ('refused' in told) throw new ControlError(told.refused);
      return told.answer;
    };

  return {
    storage: order.storage,
    control: newControlFront({
      token: order.controlToken,
      endpoints: Object.fromEntries(order.controls.map((name) => [name, control(name)])),
      log,
    }),
    async call(operation, request) {
      await holds.callsHeld();
      return servedHere.has(operation) ? call(operation, request) : owner.ask('call', operation, request);
    },
    checkDeeply: () => owner.ask('checkDeeply'),
    log,
    handOverUses: (region) => regions.get(region).usage.handOver(),
    async close() {
      await auditLog.close();
      await regions.close();
    },
  };
};
