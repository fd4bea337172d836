import { KmsError } from '../../core/model/errors.ts';
import { recordElsewhere } from './audit-elsewhere.ts';
import { withOwnersCopies } from './audit-owners.ts';
import { auditEntry } from './audit-record.ts';
import { resourcesOf } from './audit-resources.ts';
import type { Call } from './call.ts';
import type { Runtime } from './ports.ts';
import { toKmsError } from './reply.ts';

/** One record per authenticated call, allowed or refused, and copies for owners of keys elsewhere; durable before the answer leaves. */
export const audit = (runtime: Runtime) => ({
  after: ({ event: call }: { event: Call }) => write(runtime, call, undefined),
  onError: async (failed: { event: Call; error: unknown }) => {
    const { event: call, error } = failed;
    if (call.caller === undefined || error instanceof AuditError) return;
    // An onError hook that throws would skip those after it, so the failure replaces the error instead.
    await write(runtime, call, toKmsError(error)).catch((lost: unknown) => {
      failed.error = lost;
    });
  },
});

/** The record could not be made durable: the call fails, and no second record is tried. */
class AuditError extends KmsError {
  constructor(cause: unknown) {
    super('KMSInternalException', '', { cause });
  }
}

const write = async (runtime: Runtime, call: Call, error: KmsError | undefined): Promise<void> => {
  try {
    const resources = resourcesOf(call, runtime.region);
    const entry = auditEntry(call, resources, error, runtime);
    const elsewhere = error ? undefined : recordElsewhere(call, entry);
    const entries = error ? [entry] : withOwnersCopies(call, entry, resources);
    for (const one of elsewhere ? [...entries, elsewhere] : entries) await runtime.auditLog.write(one);
    call.eventId = entry.eventID;
  } catch (cause) {
    throw new AuditError(cause);
  }
};
