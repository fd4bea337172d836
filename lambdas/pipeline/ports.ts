import type { Attested } from '../../core/model/attested.ts';
import type { Caller } from '../../core/model/caller.ts';
import type {
  ImportedMaterial,
  Key,
  MaterialMaker,
  MaterialOwner,
  MaterialRewrapper,
  UsableKey,
} from '../../core/model/key.ts';
import type { KeyRecord } from '../../core/model/key-record.ts';
import type { Metric } from '../../core/model/metric.ts';
import type { Quotas } from '../../core/model/quotas.ts';
import type { CountedRequest } from '../../core/model/request-quotas.ts';
import type { CompiledPolicy } from '../../core/policy/policy.ts';
import type { KeyReader, Sweepers } from '../../stores/ports.ts';
import type { Uses } from '../operation.ts';
import type { HeaderValues } from './header-values.ts';

/** A request as every front door hands it in. */
export interface HttpRequest {
  readonly method: string;
  /** Raw, as sent, without the query. */
  readonly path: string;
  /** Raw, without `?`. */
  readonly query: string;
  readonly headers: HeaderValues;
  readonly body: Uint8Array;
  readonly sourceIp: string;
  /** The VPC endpoint it came through, if any. */
  readonly vpc?: { readonly endpointId: string; readonly vpcId?: string | undefined } | undefined;
  /** Our id of the request, the one clients print. */
  readonly requestId: string;
  /** What the gateway found out about the caller; only on AWS. */
  readonly identity?: Readonly<Record<string, unknown>>;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Joins records and materials to keys in hand. */
export interface Keyring extends MaterialMaker, MaterialRewrapper {
  use<K extends Key>(key: K, keys: KeyReader): K & UsableKey;
  /** Wraps material that no caller brought, in the form of `readImportedMaterial`; its id is that of imported material. */
  keepMaterial(of: MaterialOwner, material: Buffer): Promise<ImportedMaterial>;
}

/** Somebody who proved by an attestation document what they run, and has the private key to the public one in it. */
export interface Recipient extends Attested {
  /** CMS EnvelopedData (RFC 5652); the plaintext is not modified. */
  encrypt(plaintext: Uint8Array): Buffer;
}

export interface Recipients {
  /** @throws {KmsError} ValidationException, which says why a document is not to be trusted */
  attest(document: Uint8Array, now: Date): Recipient;
}

/** A record in CloudTrail's form; plain JSON values only. */
export type AuditRecord = Readonly<Record<string, unknown>>;

/** A record that is written out, and what has to be known of it to file it. */
export interface AuditEntry {
  /** The record as JSON, on one line. */
  readonly text: string;
  /** Whose log it belongs to. */
  readonly recipientAccountId: string;
  readonly awsRegion: string;
  readonly eventID: string;
  readonly eventTime: string;
}

export interface AuditLog {
  /** Resolves once the record is durable; a call succeeds only then. */
  write(entry: AuditEntry): Promise<void>;
}

/** How often accounts may call. */
export interface RequestLimits {
  /** Counts the request, unless it is one too many. @returns whether it may go on */
  charge(accountId: string, request: CountedRequest, now: Date): boolean;
}

/** Something the owner of the service should know: one line of the log. */
export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly requestId?: string;
  /** Of a call that was refused: the caller's ARN, what it asked for, and of which key. */
  readonly caller?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly error?: unknown;
  /** A number to watch: its name, and by how much it grows. */
  readonly metric?: readonly [name: Metric, count: number];
}

/** What the caller's account says of it: its policies, compiled, and its tags. */
export interface Standing {
  readonly identity: readonly CompiledPolicy<'identity'>[];
  readonly boundary?: CompiledPolicy<'boundary'> | undefined;
  readonly session?: CompiledPolicy<'session'> | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Makes the AWS managed key behind an alias of an account, unless it is there; `false` for an alias with which none
 * belongs. Calls side by side make one key.
 */
export type MakeManagedKey = (AccountId: string, AliasName: string, now: Date) => Promise<boolean>;

/** Everything outside that the pipeline needs, for one Region. `lambdas/runtime.ts` makes it on AWS, `local/` on one machine. */
export interface Runtime {
  readonly region: string;
  clock(): Date;
  random(size: number): Buffer;
  /** @throws {KmsError} one of the authentication errors */
  authenticate(request: HttpRequest): Caller | Promise<Caller>;
  standingOf(caller: Caller): Standing;
  /** Identity policies were judged on the way: those that are left ask for nothing, such as the aliases of a key. */
  readonly judgedBefore?: true;
  /** Whether somebody exists whom a policy or a grant names, by an ARN or id of the right form: true where nobody knows. */
  principalExists(principal: string): boolean;
  /** The key policy, compiled once per revision of the record. */
  keyPolicyOf(record: KeyRecord): CompiledPolicy<'key'>;
  /** The policy of the VPC endpoint that a call came through, where that is for us to judge. */
  endpointPolicy?(): CompiledPolicy<'endpoint'> | undefined;
  /** For so long a new grant counts only for calls that carry its token, as on AWS until all have heard of it. @default 0 */
  readonly grantDelaySeconds?: number;
  /** These functions of these stores, and no others. */
  storesFor(uses: Uses): Partial<Sweepers>;
  /**
   * The stores of another Region.
   * @throws {KmsError} UnsupportedOperationException for a Region where this service is not
   */
  inRegion(region: string): Promise<Sweepers>;
  readonly keyring: Keyring;
  /** Absent where there is no root certificate to verify attestation documents with. */
  readonly recipients?: Recipients | undefined;
  /** For a call that uses this; absent where it must not make keys: then aliases of AWS without a key are not found. */
  managedKeys?(uses: Uses): MakeManagedKey | undefined;
  /** How much there may be. */
  readonly quotas: Quotas;
  /** Under which the markers of listings are authenticated; absent: nobody can tell forged ones. See pages.ts. */
  readonly markerKey?: Uint8Array | undefined;
  /** Absent: accounts may call as often as they like. */
  readonly requestLimits?: RequestLimits | undefined;
  readonly auditLog: AuditLog;
  log(entry: LogEntry): void;
}
